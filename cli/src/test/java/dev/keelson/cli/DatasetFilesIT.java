package dev.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** The files of the datasets of a source and of a view of a query, through the commands alone. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class DatasetFilesIT {
    @TempDir
    static Path folder;

    private static Path data;

    private static Cli keelson(String... words) {
        return Cli.run(folder, words);
    }

    @BeforeAll
    static void make() throws IOException {
        TinyLeague.make(folder);
        Path file = folder.resolve("keelson.yaml");
        Files.writeString(file, Files.readString(file).replaceFirst("(?m)^models:\\n", FeaturesHistoryIT.QUERY));
        data = folder.resolve("data/football/matches.csv");
    }

    private static List<Path> files(String dataset, String ending) throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve(".keelson/datasets").resolve(dataset))) {
            return files.filter(each -> each.toString().endsWith(ending)).sorted().toList();
        }
    }

    @Test
    @Order(1)
    void oldVersionsOfAViewThatNothingNamesAreCollected() throws IOException {
        List<String> lines = Files.readAllLines(data);
        Files.write(data, lines.subList(0, lines.size() - 10));
        keelson("data", "load");
        keelson("features", "materialize");
        Files.write(data, lines);
        keelson("data", "load");
        Cli materialized = keelson("features", "materialize");

        assertThat(materialized.code()).as(materialized.err()).isZero();
        assertThat(files("view.shots", ".json")).hasSize(2);
        assertThat(keelson("data", "gc", "--json").json().path("versions")).hasSize(2);
        assertThat(keelson("data", "gc", "--yes").code()).isZero();
        assertThat(files("view.shots", ".json")).hasSize(1);
        assertThat(files("matches", ".json")).hasSize(1);
        assertThat(keelson("features", "history", "--entities", asked(), "--features", "shots:*", "--out", "kept.csv").code())
                .isZero();
    }

    private static String asked() throws IOException {
        Files.writeString(folder.resolve("asked.csv"), "team,as_of\nNobody,2040-01-01T00:00:00Z\n");
        return "asked.csv";
    }

    @Test
    @Order(2)
    void oneFlippedByteStopsEveryReader() throws IOException {
        Path file = files("matches", ".parquet").getFirst();
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);

        for (List<String> reader : List.of(
                List.of("run"),
                List.of("data", "load"),
                List.of("features", "materialize", "--full"),
                List.of("features", "history", "--entities", asked(), "--features", "team_form:*", "--out", "out.csv"))) {
            Cli cli = keelson(reader.toArray(String[]::new));

            assertThat(cli.code()).as(reader + cli.err()).isEqualTo(2);
            assertThat(cli.err())
                    .as(reader.toString())
                    .contains("K209", String.valueOf(file.getFileName()), "its SHA-256 is", "expected", "keelson data verify");
        }
        assertThat(folder.resolve("out.csv")).doesNotExist();
        assertThat(keelson("runs", "list", "--json").json().path("runs")).isEmpty();
        Cli check = keelson("data", "check", "--json");
        assertThat(check.json().path("verdict").asText()).isEqualTo("failed");
        assertThat(check.code()).isEqualTo(2);
        Cli verify = keelson("data", "verify", "--json");
        assertThat(verify.code()).isEqualTo(1);
        assertThat(verify.json().at("/error/code").asText()).isEqualTo("K209");

        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
        assertThat(keelson("data", "verify").code()).isZero();
    }
}
