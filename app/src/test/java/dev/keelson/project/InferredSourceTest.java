package dev.keelson.project;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.data.InferredSource;
import dev.keelson.data.SourceDefinition;
import dev.keelson.data.SourceReader;
import dev.keelson.data.SourceRows;
import dev.keelson.frame.ColumnType;
import dev.keelson.store.files.FileSourceFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is inferred from a file is a project file's block that validates and loads. */
class InferredSourceTest {
    @TempDir
    Path folder;

    private InferredSource infer(String file, String text) throws IOException {
        Files.writeString(folder.resolve(file), text);
        return InferredSource.of(new SourceReader(new FileSourceFiles(folder)), file, "rows");
    }

    private SourceDefinition project(InferredSource inferred) throws IOException {
        Path file = Files.writeString(
                folder.resolve("keelson.yaml"),
                "keelson: 1\nproject: inferred\ntimezone: UTC\n" + inferred.yaml());
        return new ProjectReader(SourceHeaders.none(), Map.of())
                .read(file, Map.of())
                .sources()
                .getFirst();
    }

    private SourceRows load(InferredSource inferred) throws IOException {
        return new SourceReader(new FileSourceFiles(folder)).read(project(inferred), null);
    }

    @Test
    void blockValidatesAndLoadsEveryRow() throws IOException {
        StringBuilder text = new StringBuilder("div,date,home team,no,\"odds, home\",FTR,seen,open\n");
        for (int i = 0; i < 300; i++) {
            text.append("E%d,%02d/%02d/2023,Team %d,%03d,%s,%s,2023-01-01T10:%02d:00Z,%s%n"
                    .formatted(
                            i % 2, 1 + i % 28, 1 + i / 28, i % 20, i, i % 7 == 0 ? "" : "1." + i, "HDA".charAt(i % 3), i % 60,
                            i % 2 == 0));
        }

        InferredSource inferred = infer("matches.csv", text.toString());
        SourceRows rows = load(inferred);

        assertThat(inferred.complete()).isTrue();
        assertThat(rows.quarantined()).isEmpty();
        assertThat(rows.frame().rows()).isEqualTo(300);
        assertThat(rows.schema().column("date").type()).isEqualTo(ColumnType.DATE);
        assertThat(rows.schema().column("no").type()).isEqualTo(ColumnType.STRING);
        assertThat(rows.schema().column("odds, home").type()).isEqualTo(ColumnType.DOUBLE);
        assertThat(rows.schema().column("seen").type()).isEqualTo(ColumnType.TIMESTAMP);
        assertThat(rows.schema().column("open").type()).isEqualTo(ColumnType.BOOLEAN);
        assertThat(inferred.yaml()).contains("format: dd/MM/yyyy").contains("values: [A, D, H]").contains("14.33% missing");
    }

    @Test
    void mixedFormatsAreAllDeclared() throws IOException {
        StringBuilder text = new StringBuilder("id,day,value\n");
        for (int i = 1; i <= 28; i++) {
            text.append(i).append(i % 4 == 0 ? ",%02d/03/24,1%n".formatted(i) : ",%02d/03/2024,1%n".formatted(i));
        }

        InferredSource inferred = infer("days.csv", text.toString());
        SourceRows rows = load(inferred);

        assertThat(inferred.yaml()).contains("formats: [").contains("mixed formats");
        assertThat(rows.quarantined()).isEmpty();
    }

    @Test
    void dayAndMonthThatMayBeExchangedAreSaid() throws IOException {
        InferredSource inferred = infer("days.csv", "id,day\n1,01/02/2024\n2,03/04/2024\n");

        assertThat(inferred.yaml()).contains("day and month may be exchanged");
    }

    @Test
    void naiveTimesAskForAZone() throws IOException {
        InferredSource inferred = infer("t.csv", "id,at\n1,2024-01-01 10:00:00\n2,2024-01-02 10:00:00\n");

        assertThat(inferred.yaml()).contains("# zone: ").contains("of at, which have no offset");
        assertThat(load(inferred).frame().rows()).isEqualTo(2);
    }

    @Test
    void keyMayNeedSeveralColumns() throws IOException {
        InferredSource inferred = infer(
                "t.csv", "team,side,day,goals\na,x,2024-01-01,1\na,y,2024-01-01,1\na,x,2024-01-02,1\nb,x,2024-01-01,2\n");

        assertThat(inferred.yaml()).contains("key: [team, side, day]");
        assertThat(load(inferred).quarantined()).isEmpty();
    }

    @Test
    void fewOddCellsDoNotHideANumberAndAreShown() throws IOException {
        StringBuilder text = new StringBuilder("id,day,price\n");
        for (int i = 0; i < 200; i++) {
            text.append(i).append(",2024-01-01,").append(i == 7 ? "n/a" : i + ".5").append('\n');
        }

        InferredSource inferred = infer("p.csv", text.toString());
        SourceRows rows = load(inferred);

        assertThat(inferred.yaml()).contains("price: double  # 99.50% parse, not \"n/a\"");
        assertThat(rows.quarantined()).hasSize(1);
    }

    @Test
    void fileWithoutATimeIsSaidToBeIncomplete() throws IOException {
        InferredSource inferred = infer("p.csv", "id,price\n1,2\n");

        assertThat(inferred.complete()).isFalse();
        assertThat(inferred.yaml()).contains("# event_time: ...");
    }

    @Test
    void jsonLinesAreInferredToo() throws IOException {
        InferredSource inferred = infer(
                "t.jsonl",
                "{\"id\":\"007\",\"event_time\":\"2024-01-01T00:00:00Z\",\"created_at\":\"2024-01-02T00:00:00Z\",\"x\":1.5}\n");
        SourceRows rows = load(inferred);

        assertThat(inferred.yaml()).contains("created: created_at");
        assertThat(rows.schema().column("id").type()).isEqualTo(ColumnType.STRING);
        assertThat(rows.schema().column("event_time").type()).isEqualTo(ColumnType.TIMESTAMP);
    }

    private static String bets(boolean open) {
        StringBuilder text = new StringBuilder("bet,placed_at,settled_at,odds,status,profit\n");
        for (int i = 0; i < 200; i++) {
            String placed = "2024-01-%02dT10:%02d:00Z".formatted(1 + i / 10, i % 60);
            text.append("b%d,%s,".formatted(i, placed));
            text.append(
                    open && i % 50 == 7
                            ? ",1.5,,\n"
                            : "2024-01-%02dT12:%02d:00Z,1.5,won,5\n".formatted(1 + i / 10, i % 60));
        }
        return text.toString();
    }

    @Test
    void timeThatIsLaterOnEveryRowIsSuggestedAsCreated() throws IOException {
        InferredSource inferred = infer("bets.csv", bets(false));

        assertThat(inferred.yaml())
                .contains("event_time: placed_at\n")
                .contains("# created: settled_at  # always after placed_at: 0 of 200 earlier, median 2.0 h\n")
                .contains("# outcomes: { columns: [status, profit], known_after: 2h }  # by their names; ")
                .contains("key: [bet]  # different in each of 200 rows");
    }

    @Test
    void suggestionsLoadWhenTheyAreTaken() throws IOException {
        InferredSource inferred = infer("bets.csv", bets(false));
        Path file = Files.writeString(
                folder.resolve("keelson.yaml"),
                "keelson: 1\nproject: inferred\ntimezone: UTC\n"
                        + inferred.yaml().replace("# created:", "created:").replace("# outcomes:", "outcomes:"));

        SourceDefinition source = new ProjectReader(SourceHeaders.none(), Map.of())
                .read(file, Map.of())
                .sources()
                .getFirst();

        assertThat(source.created()).isEqualTo("settled_at");
        assertThat(source.outcomes()).containsExactly("status", "profit");
        assertThat(new SourceReader(new FileSourceFiles(folder)).read(source, null).quarantined()).isEmpty();
    }

    @Test
    void columnsThatAreEmptyAsLongAsALaterTimeIsAreOutcomes() throws IOException {
        InferredSource inferred = infer("bets.csv", bets(true));

        assertThat(inferred.yaml())
                .doesNotContain("created: settled_at")
                .contains("# settled_at is always after placed_at: 0 of 196 earlier, median 2.0 h, but missing in 4 rows")
                .contains("# status, profit missing in the same 4 rows as settled_at; ");
    }

    @Test
    void columnNamedCreatedThatIsEarlierIsNotTaken() throws IOException {
        InferredSource inferred = infer(
                "t.csv",
                "id,event_time,created_at\n1,2024-01-02T00:00:00Z,2024-01-01T00:00:00Z\n2,2024-01-03T00:00:00Z,2024-01-04T00:00:00Z\n");

        assertThat(inferred.yaml()).contains("event_time: event_time  # or created_at\n").doesNotContain("created: ");
    }

    @Test
    void nearestKeyIsShownWhenThereIsNone() throws IOException {
        InferredSource inferred =
                infer("t.csv", "team,day\na,2024-01-01\na,2024-01-01\na,2024-01-02\nb,2024-01-01\n");

        assertThat(inferred.complete()).isFalse();
        assertThat(inferred.yaml()).contains("# key: [team, day]  # the nearest: different in 75.00%, 1 of 4 rows repeated");
    }

    @Test
    void columnsOfSomeFilesAreCounted() throws IOException {
        Files.createDirectories(folder.resolve("rows"));
        Files.writeString(folder.resolve("rows/1.csv"), "id,day,a\n1,2024-01-01,1\n,,\n");
        Files.writeString(folder.resolve("rows/2.csv"), "b,day,id\nx,2024-01-02,2\n");

        InferredSource inferred = InferredSource.of(new SourceReader(new FileSourceFiles(folder)), "rows", "rows");

        assertThat(inferred.yaml())
                .contains(": 2 rows and 4 columns of 2 files.")
                .contains("# 1 line without values, or with more or fewer cells than the header, left aside.")
                .contains("a: long  # in 1 of 2 files; 100% parse; 50.00% missing")
                .contains("b: string  # in 1 of 2 files; 50.00% missing");
        assertThat(load(inferred).frame().rows()).isEqualTo(2);
    }
}
