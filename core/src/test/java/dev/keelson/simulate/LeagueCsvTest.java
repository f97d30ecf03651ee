package dev.keelson.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

class LeagueCsvTest {

    /** The header of the public match files after their columns were given one order. */
    private static final String HEADER =
            "match_id,div,season,date,Time,HomeTeam,AwayTeam,FTHG,FTAG,FTR,HTHG,HTAG,HTR,Referee,HS,AS,HST,AST,HF,AF,HC,AC,HY,AY,"
                    + "HR,AR,B365H,B365D,B365A,BWH,BWD,BWA,IWH,IWD,IWA,LBH,LBD,LBA,PSH,PSD,PSA,WHH,WHD,WHA,VCH,VCD,VCA,BFH,BFD,BFA,"
                    + "1XBH,1XBD,1XBA,MaxH,MaxD,MaxA,AvgH,AvgD,AvgA,PSCH,PSCD,PSCA,B365CH,B365CD,B365CA,AvgCH,AvgCD,AvgCA,AvgO25,"
                    + "AvgU25,MaxO25,MaxU25,B365O25,B365U25,PO25,PU25,AHh,AvgAHH,AvgAHA,B365AHH,B365AHA";

    @Test
    void headerIsThatOfTheRealFiles() throws IOException {
        List<String> lines = lines(LeagueSettings.defaults(1, 7), false);

        assertThat(lines.getFirst()).isEqualTo(HEADER);
        assertThat(LeagueCsv.COLUMNS).hasSize(81);
    }

    @Test
    void eachRowHasOneFieldPerColumnAndItsOwnId() throws IOException {
        List<String> lines = lines(LeagueSettings.defaults(1, 7), false);

        Set<String> ids = new HashSet<>();
        for (String line : lines) {
            String[] fields = line.split(",", -1);
            assertThat(fields.length).isEqualTo(81);
            assertThat(fields[0].contains(" ") || fields[0].contains("'")).isFalse();
            assertThat(ids.add(fields[0])).isTrue();
        }
        assertThat(lines).hasSize(1 + 3 * 380 + 306);
    }

    @Test
    void truthIsAppendedOnRequest() throws IOException {
        List<String> plain = lines(LeagueSettings.defaults(1, 7), false);

        List<String> withTruth = lines(LeagueSettings.defaults(1, 7), true);

        assertThat(withTruth.getFirst()).isEqualTo(HEADER + ",true_H,true_D,true_A");
        for (int i = 1; i < plain.size(); i++) {
            assertThat(withTruth.get(i)).startsWith(plain.get(i) + ",");
            String[] fields = withTruth.get(i).split(",", -1);
            double sum = Double.parseDouble(fields[81]) + Double.parseDouble(fields[82]) + Double.parseDouble(fields[83]);
            assertThat(Math.abs(sum - 1)).isLessThan(1e-12);
        }
    }

    @Test
    void sameSeedGivesSameBytesAndAnotherSeedOthers() throws IOException {
        String one = text(LeagueSettings.defaults(1, 7), true);

        assertThat(text(LeagueSettings.defaults(1, 7), true)).isEqualTo(one);
        assertThat(text(LeagueSettings.defaults(1, 8), true)).isNotEqualTo(one);
    }

    /** If it fails, the numbers of all seeds have changed: committed results do not repeat, and the changelog must say so. */
    @Test
    void numbersOfASeedStayTheSame() throws IOException {
        CRC32 checksum = new CRC32();

        checksum.update(text(LeagueSettings.defaults(2, 42), true).getBytes(StandardCharsets.UTF_8));

        assertThat(Long.toHexString(checksum.getValue())).isEqualTo("8db2d675");
    }

    @Test
    void numbersAreWrittenAsInTheRealFiles() throws IOException {
        List<String> lines = lines(LeagueSettings.defaults(2, 3).withFirstSeason(2018), false);

        int handicap = LeagueCsv.COLUMNS.indexOf("AHh");
        int odds = LeagueCsv.COLUMNS.indexOf("B365H");
        int time = LeagueCsv.COLUMNS.indexOf("Time");
        assertThat(lines.stream().skip(1).map(line -> line.split(",", -1)))
                .allMatch(fields -> fields[handicap].matches("(-?\\d\\.(0|5|25|75))?"))
                .allMatch(fields -> fields[odds].matches("(\\d+\\.\\d[1-9]?)?"))
                .allMatch(fields -> fields[time].matches("(\\d\\d:\\d\\d)?"));
    }

    private static List<String> lines(LeagueSettings settings, boolean withTruth) throws IOException {
        String text = text(settings, withTruth);
        assertThat(text).endsWith("\n").doesNotContain("\r", "\"");
        return Arrays.asList(text.substring(0, text.length() - 1).split("\n", -1));
    }

    private static String text(LeagueSettings settings, boolean withTruth) throws IOException {
        StringBuilder out = new StringBuilder();
        LeagueCsv.write(SimulatedLeague.generate(settings), out, withTruth);
        return out.toString();
    }
}
