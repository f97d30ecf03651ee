package dev.keelson.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SimulateLeagueTest {
    @TempDir
    Path folder;

    @Test
    void sameSettingsGiveTheSameFile() throws IOException {
        Cli plain = Cli.run(folder, "simulate", "league", "--seasons", "1", "--out", "a/b.csv");
        Cli.run(folder, "simulate", "league", "--seasons", "1", "--seed", "42", "--out", "c.csv.gz");
        Cli printed = Cli.run(folder, "simulate", "league", "--seasons", "1", "--out", "-");

        String text = Files.readString(folder.resolve("a/b.csv"));
        assertThat(plain.code()).isZero();
        assertThat(plain.out()).startsWith("a/b.csv\t1446 matches");
        assertThat(text.lines()).hasSize(1447);
        try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(folder.resolve("c.csv.gz")))) {
            assertThat(new String(in.readAllBytes(), UTF_8)).isEqualTo(text);
        }
        assertThat(printed.out()).isEqualTo(text);
    }

    @Test
    void truthAndFaultAreWritten() throws IOException {
        Cli.run(folder, "simulate", "league", "--seasons", "1", "--constant", "--with-truth", "--out", "sound.csv");
        Cli.run(
                folder,
                "simulate",
                "league",
                "--seasons",
                "1",
                "--constant",
                "--with-truth",
                "--fault",
                "B365:2014-01-01:1.2",
                "--out",
                "faulty.csv");

        List<String> sound = Files.readAllLines(folder.resolve("sound.csv"));
        List<String> faulty = Files.readAllLines(folder.resolve("faulty.csv"));
        assertThat(sound.getFirst()).endsWith("true_H,true_D,true_A");
        assertThat(faulty).hasSameSizeAs(sound).isNotEqualTo(sound);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--out league.txt",
                "--out a.csv --seasons 31",
                "--out a.csv --fault B365",
                "--out a.csv --fault B365:yesterday:1.2",
                "--out a.csv --fault ABC:2019-01-01:1.2",
                "--out a.csv --fault B365:2019-01-01:99",
                "--out - --json"
            })
    void wrongSettingsAreUsageErrors(String line) throws IOException {
        Cli cli = Cli.run(folder, ("simulate league " + line).split(" "));

        assertThat(cli.code()).isEqualTo(2);
        assertThat(cli.out() + cli.err()).contains("K407");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void whatCannotBeWrittenLeavesNothingBehind() throws IOException {
        Files.createDirectory(folder.resolve("taken.csv"));

        Cli cli = Cli.run(folder, "simulate", "league", "--seasons", "1", "--out", "taken.csv");

        assertThat(cli.code()).isEqualTo(2);
        assertThat(cli.err()).contains("error[K402]", "taken.csv");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(folder.resolve("taken.csv"));
        }
    }
}
