package dev.keelson.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.entry;

import dev.keelson.data.ColumnDefinition.OnFail;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Micros;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class SourceReaderTest {
    private static KeelsonException failure(SourceDefinition source, byte[] bytes, String name) {
        return catchThrowableOfType(KeelsonException.class, () -> SourceReader.parse(source, name, bytes, null));
    }

    private static KeelsonException failure(SourceDefinition source, String csv) {
        return failure(source, csv.getBytes(StandardCharsets.UTF_8), "matches.csv");
    }

    private static byte[] gzip(String text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static void addsUp(SourceRows rows) {
        assertThat(rows.read())
                .isEqualTo(rows.frame().rows() + rows.quarantined().size() + rows.copies());
    }

    @Test
    void cellsAreTypedByDeclarationAndByTheirTexts() {
        SourceDefinition source = Sources.dated().build();

        SourceRows rows = Sources.read(source, """
                id,date,team,goals,odds,code,empty
                1,2021-05-23,"Bayern, Munich",3,1.5,007,
                2,2021-05-24,"A ""B"" C",,2,012,
                """);

        assertThat(rows.schema().columns().stream().map(c -> c.name() + ":" + c.type()))
                .containsExactly(
                        "id:LONG",
                        "date:DATE",
                        "team:STRING",
                        "goals:LONG",
                        "odds:DOUBLE",
                        "code:STRING",
                        "empty:DOUBLE",
                        "_event_time:TIMESTAMP",
                        "_known_at:TIMESTAMP");
        assertThat(rows.frame().vector("team").get(0)).isEqualTo("Bayern, Munich");
        assertThat(rows.frame().vector("team").get(1)).isEqualTo("A \"B\" C");
        assertThat(rows.frame().vector("goals").get(1)).isNull();
        assertThat(rows.frame().vector("date").get(0)).isEqualTo(LocalDate.of(2021, 5, 23));
        addsUp(rows);
    }

    @Test
    void byteOrderMarkLineEndsAndGzipDoNotMatter() {
        SourceDefinition source = Sources.dated().build();
        String plain = "id,date,odds\n1,2021-05-23,1.5\n2,2021-05-24,2.5\n";
        Frame expected = Sources.read(source, plain).frame();

        for (String text :
                List.of("\uFEFF" + plain, plain.replace("\n", "\r\n"), plain.replace("\n", "\r"), plain.strip())) {
            SourceRows rows = Sources.read(source, text);
            assertThat(rows.frame().doubles("odds").values())
                    .isEqualTo(expected.doubles("odds").values());
            assertThat(rows.schema()).isEqualTo(expected.schema());
            assertThat(rows.line(1)).isEqualTo(3);
        }
        SourceRows unpacked = SourceReader.parse(source, "matches.csv.gz", gzip(plain), null);
        assertThat(unpacked.frame().rows()).isEqualTo(2);
    }

    @Test
    void placesCountLinesOfQuotedCellsAndBlankLines() {
        SourceDefinition source =
                Sources.dated().least("odds", 1.01, OnFail.QUARANTINE).build();

        SourceRows rows = Sources.read(
                source, "id,date,note,odds\n\n1,2021-05-23,\"two\r\nlines\",2\n\n2,2021-05-23,\"x,y\",0\n");

        assertThat(rows.line(0)).isEqualTo(3);
        QuarantinedRow bad = rows.quarantined().getFirst();
        assertThat(bad.location()).hasToString("matches.csv:6:20");
        assertThat(bad.reason())
                .isEqualTo("The value (0) of the column (odds) is below the least value allowed (1.01).");
        assertThat(bad.rawLine()).isEqualTo("2,2021-05-23,\"x,y\",0");
        addsUp(rows);
    }

    @Test
    void aBadCellAfterALineBreakInItsRowHasItsOwnPlace() {
        SourceDefinition source =
                Sources.dated().least("odds", 1.01, OnFail.QUARANTINE).build();

        SourceRows rows = Sources.read(source, "id,date,note,odds\n1,2021-05-23,\"two\nlines\",x\n2,2021-05-23,a,2\n");

        assertThat(rows.quarantined().getFirst().location()).hasToString("matches.csv:3:8");
        assertThat(rows.line(0)).isEqualTo(4);
    }

    @Test
    void raggedLinesAreSetAside() {
        SourceRows rows = Sources.read(Sources.dated().build(), """
                id,date,odds
                1,2021-05-23,1.5,9
                2,2021-05-23
                3,2021-05-23,2.5
                """);

        assertThat(rows.frame().rows()).isEqualTo(1);
        assertThat(rows.quarantined()).extracting(QuarantinedRow::code).containsOnly(ErrorCode.RAGGED_LINE);
        assertThat(rows.quarantined().getFirst()).hasToString("""
                        matches.csv:2: The line has 4 cells; the header has 3.
                        Maybe a text with a comma in it is not quoted.""");
        assertThat(rows.quarantined().getLast().rawLine()).isEqualTo("2,2021-05-23");
        addsUp(rows);
    }

    @Test
    void everyRuleOfAColumnSendsItsRowToQuarantine() {
        SourceDefinition source = Sources.dated()
                .column(new ColumnDefinition(
                        "res",
                        ColumnType.STRING,
                        List.of(),
                        true,
                        null,
                        null,
                        List.of("H", "D", "A"),
                        null,
                        OnFail.QUARANTINE,
                        null))
                .column(new ColumnDefinition(
                        "div",
                        ColumnType.STRING,
                        List.of(),
                        false,
                        null,
                        null,
                        List.of(),
                        "[A-Z]+[0-9]",
                        OnFail.QUARANTINE,
                        null))
                .column(new ColumnDefinition(
                        "odds",
                        ColumnType.DOUBLE,
                        List.of(),
                        false,
                        1.01,
                        1000.0,
                        List.of(),
                        null,
                        OnFail.QUARANTINE,
                        null))
                .column("goals", ColumnType.LONG)
                .column("derby", ColumnType.BOOLEAN)
                .build();

        SourceRows rows = Sources.read(source, """
                id,date,res,div,odds,goals,derby
                1,2021-05-23,H,E0,2.5,3,true
                2,2021-05-23,X,E0,2.5,3,1
                3,2021-05-23,,E0,2.5,3,0
                4,2021-05-23,H,e0,2.5,3,
                5,2021-05-23,H,E0,0,3,
                6,2021-05-23,H,E0,1001,3,
                7,2021-05-23,H,E0,abc,3,
                8,2021-05-23,H,E0,2.5,1.5,
                9,2021-05-23,H,E0,2.5,1,maybe
                ,2021-05-23,H,E0,2.5,1,
                11,,H,E0,2.5,1,
                12,2021-02-29,H,E0,"2,5",1,
                """);

        assertThat(rows.frame().rows()).isEqualTo(1);
        assertThat(rows.quarantined())
                .extracting(QuarantinedRow::columnName)
                .containsExactly("res", "res", "div", "odds", "odds", "odds", "goals", "derby", "id", "date", "date");
        assertThat(rows.quarantined())
                .extracting(QuarantinedRow::reason)
                .contains(
                        "The value (X) of the column (res) is not one of the values allowed [H, D, A].",
                        "The cell of the column (res) is empty, but the column must have a value.",
                        "The value (e0) of the column (div) does not match the pattern [A-Z]+[0-9].",
                        "The value (1001) of the column (odds) is above the greatest value allowed (1000).",
                        "The value (abc) of the column (odds) is not a number.",
                        "The value (1.5) of the column (goals) is not a whole number.",
                        "The value (2021-02-29) of the column (date) is not an ISO date (such as 2021-05-23); nor are the cells of [odds] right.");
        addsUp(rows);
    }

    @Test
    void aCellMayBeMadeMissingInstead() {
        SourceDefinition source =
                Sources.dated().least("odds", 1.01, OnFail.NULL).build();

        SourceRows rows = Sources.read(source, "id,date,odds\n1,2021-05-23,0\n2,2021-05-23,oops\n3,2021-05-23,2\n");

        assertThat(rows.frame().rows()).isEqualTo(3);
        assertThat(rows.quarantined()).isEmpty();
        assertThat(rows.nulled()).containsExactly(entry("odds", 2L));
        assertThat(rows.frame().vector("odds").get(0)).isNull();
    }

    @Test
    void secondDateFormatIsSetAsideWithTheFormatNamed() {
        SourceRows rows = Sources.read(Sources.dated().build(), """
                id,date
                1,2010-08-14
                2,03/04/10
                3,29/08/10
                4,2010-09-01
                """);

        assertThat(rows.frame().rows()).isEqualTo(2);
        assertThat(rows.quarantined())
                .extracting(QuarantinedRow::hint)
                .containsOnly("Maybe it is in the format dd/MM/yy; declare it for the column `date`.");
        addsUp(rows);
    }

    @Test
    void declaredFormatsAreTriedInOrderAndStrictly() {
        SourceDefinition source = Sources.matches()
                .column("date", ColumnType.DATE, "dd/MM/yy", "dd/MM/yyyy")
                .build();

        SourceRows rows = Sources.read(source, """
                id,date
                1,14/08/10
                2,14/08/2010
                3,31/02/2010
                4,14/08/93
                5,2010-08-14
                """);

        assertThat(rows.frame().longs("date").values())
                .containsExactlyInAnyOrder(
                        LocalDate.of(2010, 8, 14).toEpochDay(),
                        LocalDate.of(2010, 8, 14).toEpochDay(),
                        LocalDate.of(1993, 8, 14).toEpochDay());
        assertThat(rows.quarantined()).extracting(QuarantinedRow::rawValue).containsExactly("31/02/2010", "2010-08-14");
    }

    @Test
    void midnightIsThatOfTheZoneOnDaysWhenClocksChange() {
        SourceDefinition berlin = Sources.dated().zone("Europe/Berlin").build();
        SourceDefinition paulo = Sources.dated().zone("America/Sao_Paulo").build();

        SourceRows rows = Sources.read(berlin, "id,date\n1,2021-03-28\n2,2021-03-29\n3,2021-10-31\n4,2021-11-01\n");
        SourceRows skipped = Sources.read(paulo, "id,date\n1,2018-11-04\n");

        assertThat(Arrays.stream(rows.frame().longs(SystemColumns.EVENT_TIME).values())
                        .mapToObj(Micros::toInstant))
                .containsExactly(
                        Instant.parse("2021-03-27T23:00:00Z"),
                        Instant.parse("2021-03-28T22:00:00Z"),
                        Instant.parse("2021-10-30T22:00:00Z"),
                        Instant.parse("2021-10-31T23:00:00Z"));
        assertThat(rows.frame().longs(SystemColumns.KNOWN_AT).values()[0])
                .isEqualTo(Micros.of(Instant.parse("2021-03-28T23:00:00Z")));
        assertThat(skipped.frame().vector(SystemColumns.EVENT_TIME).get(0))
                .isEqualTo(Instant.parse("2018-11-04T03:00:00Z"));
    }

    @Test
    void timesWithoutOffsetAreReadInTheZoneAndSkippedOnesRefused() {
        SourceDefinition source = Sources.matches()
                .column("date", ColumnType.TIMESTAMP)
                .zone("Europe/Berlin")
                .knownAfter(Duration.ofHours(2))
                .build();

        SourceRows rows = Sources.read(source, """
                id,date
                1,2021-03-28T01:30
                2,2021-03-28 02:30:00
                3,2021-10-31T02:30:00.123456789
                4,2021-10-31T02:30:00.5+01:00
                5,2021-10-31T02:30:00Z
                6,2021-10-31
                """);

        assertThat(Arrays.stream(rows.frame().longs(SystemColumns.EVENT_TIME).values())
                        .mapToObj(Micros::toInstant))
                .containsExactly(
                        Instant.parse("2021-03-28T00:30:00Z"),
                        Instant.parse("2021-10-31T00:30:00.123456Z"),
                        Instant.parse("2021-10-31T01:30:00.5Z"),
                        Instant.parse("2021-10-31T02:30:00Z"));
        assertThat(rows.quarantined().getFirst().reason())
                .contains("does not exist in the zone Europe/Berlin, where the clocks went forward over it");
        assertThat(rows.quarantined().getLast().hint()).isEqualTo("Maybe the column is a date, not a timestamp.");
    }

    @Test
    void createdColumnSaysWhenARowWasKnown() {
        SourceDefinition source = Sources.dated()
                .column("made", ColumnType.TIMESTAMP)
                .created("made")
                .build();

        SourceRows rows = Sources.read(
                source,
                "id,date,made\n1,2021-05-23,2021-05-25T10:00Z\n2,2021-05-24,2021-05-24T10:00Z\n3,2021-05-24,\n");

        assertThat(rows.frame().longs("id").values()).containsExactly(2, 1);
        assertThat(rows.frame().vector(SystemColumns.KNOWN_AT).get(1)).isEqualTo(Instant.parse("2021-05-25T10:00:00Z"));
        assertThat(rows.quarantined()).hasSize(1);
    }

    @Test
    void copiesAreCountedAndContradictionsSetAside() {
        SourceRows rows = Sources.read(Sources.dated().build(), """
                id,date,odds
                1,2021-05-23,1.5
                1,2021-05-23,1.50
                1,2021-05-23,1.6
                """);

        assertThat(rows.frame().rows()).isEqualTo(1);
        assertThat(rows.copies()).isEqualTo(1);
        assertThat(rows.quarantined().getFirst()).hasToString("""
                        matches.csv:4:14: The key (1) is already on line 2, where odds is 1.5, not 1.6.
                        Maybe one of the two lines is a correction of the other; keep one. Line 2 was taken.""");
        addsUp(rows);
    }

    @Test
    void contradictionQuotesTheSource() {
        SourceRows rows = Sources.read(Sources.dated().build(), """
                id,date,x,team
                1,2021-05-23,5,A
                1,2021-05-23, 6,"A, B"
                2,2021-05-23,1.5,
                """);

        QuarantinedRow row = rows.quarantined().getFirst();
        assertThat(row.reason()).isEqualTo("The key (1) is already on line 2, where x is 5, not 6, team is A, not A, B.");
        assertThat(row.rawValue()).isEqualTo("6");
    }

    @Test
    void textAfterAClosingQuoteIsSetAside() {
        SourceRows rows = Sources.read(Sources.dated().build(), "id,date,team\n1,2021-05-23,\"A\"B\n2,2021-05-23,C\n");

        assertThat(rows.frame().rows()).isEqualTo(1);
        assertThat(rows.quarantined().getFirst().location()).hasToString("matches.csv:2:14");
    }

    @Test
    void quoteThatNeverClosesIsReportedWhereItOpens() {
        KeelsonException failure =
                failure(Sources.dated().build(), "id,date,team\n1,2021-05-23,A\n2,2021-05-23,\"B\n3,2021-05-23,C\n");

        assertThat(failure.code()).isEqualTo(ErrorCode.SOURCE_UNREADABLE);
        assertThat(failure).hasMessageStartingWith("matches.csv:3:14: The quoted cell that starts here never ends.");
    }

    @Test
    void allMissingColumnsAreNamedAtOnceWithWhatWasMeant() {
        SourceDefinition source = Sources.dated()
                .column("odds", ColumnType.DOUBLE)
                .outcomes("FTR")
                .key("id", "teem")
                .build();

        KeelsonException failure = failure(source, "id,Date,od,team\n1,2021-05-23,1.5,A\n");

        assertThat(failure.problems()).extracting(Problem::code).containsOnly(ErrorCode.MISSING_COLUMN);
        assertThat(failure).hasMessage("""
                matches.csv:1: The file has no column (teem), which is part of the key of the source (matches).
                Maybe `team` was meant.
                matches.csv:1: The file has no column (date), which is the event time of the source (matches).
                Maybe `Date` was meant.
                matches.csv:1: The file has no column (FTR), which is an outcome of the source (matches).
                Maybe the file has another layout; its columns are [id, Date, od, team].
                matches.csv:1: The file has no column (odds), which is declared for the source (matches).
                Maybe `od` was meant.""");
    }

    @Test
    void columnThatIsWantedItselfIsNotSuggestedForAnother() {
        SourceDefinition source = Sources.dated().key("id", "team1", "team2").build();

        assertThat(failure(source, "id,date,team1\n1,2021-05-23,A\n"))
                .hasMessageContaining("The file has no column (team2)")
                .hasMessageContaining("Maybe the file has another layout");
    }

    @Test
    void otherSeparatorsAreGuessed() {
        KeelsonException failure = failure(Sources.dated().build(), "id;date\n1;2021-05-23\n");

        assertThat(failure).hasMessageContaining("Maybe the cells are separated by `;`; commas were expected.");
    }

    @Test
    void emptyFilesAreRefused() {
        for (String text : List.of("", "\uFEFF", "\n\n", "id,date\n", "id,date")) {
            assertThat(failure(Sources.dated().build(), text).code()).isEqualTo(ErrorCode.EMPTY_SOURCE);
        }
    }

    @Test
    void headerNamesMustDifferByMoreThanCase() {
        KeelsonException failure = failure(Sources.dated().build(), "id,date,odds,Odds\n1,2021-05-23,1,2\n");

        assertThat(failure)
                .hasMessageStartingWith(
                        "matches.csv:1:14: The header names the column (odds) at position 3 and again (Odds) at position 4;");
    }

    @Test
    void nameLessColumnsAreDroppedWhenEmptyAndRefusedOtherwise() {
        SourceRows rows = Sources.read(Sources.dated().build(), "id,date,,\n1,2021-05-23,,\n");
        KeelsonException failure = failure(Sources.dated().build(), "id,date,,\n1,2021-05-23,,5\n");

        assertThat(rows.schema().names()).containsExactly("id", "date", "_event_time", "_known_at");
        assertThat(failure)
                .hasMessageContaining("The header has no name for the column at position 4, which has values.");
    }

    @Test
    void cutOffGzipSaysHowManyRowsWereReadable() {
        StringBuilder csv = new StringBuilder("id,date,odds\n");
        for (int i = 0; i < 5_000; i++) {
            csv.append(i)
                    .append(",2021-05-23,")
                    .append(1 + i * 7919 % 1000 / 100.0)
                    .append('\n');
        }
        byte[] whole = gzip(csv.toString());

        KeelsonException failure = failure(
                Sources.dated().build(), Arrays.copyOf(whole, whole.length - whole.length / 3), "matches.csv.gz");
        byte[] damaged = whole.clone();
        damaged[whole.length / 2] ^= 0x55;
        KeelsonException corrupt = failure(Sources.dated().build(), damaged, "matches.csv.gz");

        assertThat(failure.code()).isEqualTo(ErrorCode.SOURCE_UNREADABLE);
        assertThat(failure.getMessage()).containsPattern("damaged or cut off after [1-4],[0-9]{3} readable rows");
        assertThat(corrupt.code()).isEqualTo(ErrorCode.SOURCE_UNREADABLE);
    }

    @Test
    void plainFileNamedGzIsRefused() {
        KeelsonException failure =
                failure(Sources.dated().build(), "id,date\n".getBytes(StandardCharsets.UTF_8), "matches.csv.gz");

        assertThat(failure).hasMessageContaining("not in gzip format");
    }

    @Test
    void bytesThatAreNotUtf8AreReportedWithTheirPlace() {
        byte[] latin = "id,date,team\n1,2021-05-23,K\u00F6ln\n".getBytes(StandardCharsets.ISO_8859_1);

        KeelsonException failure = failure(Sources.dated().build(), latin, "matches.csv");

        assertThat(failure).hasMessageStartingWith("matches.csv:2:15: The byte 0xF6 is not UTF-8; it is byte ");
        assertThat(failure).hasMessageContaining("WINDOWS-1252");
    }

    @Test
    void timesMustBeDeclared() {
        KeelsonException failure = failure(Sources.matches().build(), "id,date\n1,2021-05-23\n");

        assertThat(failure.code()).isEqualTo(ErrorCode.BAD_VALUE);
        assertThat(failure).hasMessageContaining("Maybe add to its columns: `date: date`.");
    }
}
