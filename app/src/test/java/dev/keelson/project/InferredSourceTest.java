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
}
