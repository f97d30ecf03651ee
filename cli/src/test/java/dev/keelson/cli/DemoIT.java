package dev.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.wiring.Demo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo that is stopped, goes on, and is asked for again. */
final class DemoIT {
    private static final LocalDate FROM = LocalDate.parse("2015-12-01");

    @TempDir
    Path folder;

    @Test
    void stoppedDemoGoesOnAndEndsOnce() throws IOException {
        Path data = Files.createDirectory(folder.resolve("my data")).resolve("matches.csv");
        TinyLeague.make(Files.createDirectory(folder.resolve("tiny")));
        Files.copy(folder.resolve("tiny/data/football/matches.csv"), data);
        assertThatThrownBy(() -> Demo.run(
                        new Demo.Request(folder.resolve("d"), data, FROM), note -> {}, (done, of, at) -> {
                            throw new IllegalStateException("Stopped behind step %d.".formatted(done));
                        }))
                .hasMessage("Stopped behind step 1.");

        Cli stopped = Cli.run(folder, "-C", "d", "status");
        Cli ended = Cli.run(folder, command());
        Cli status = Cli.run(folder, "-C", "d", "status");
        Cli again = Cli.run(folder, command());

        assertThat(stopped.code()).isZero();
        assertThat(stopped.err())
                .contains("A demo was stopped", "keelson demo --dir d --data 'my data/matches.csv' --from 2015-12-01")
                .doesNotContain("`keelson -C d run`");
        assertThat(ended.code()).as(ended.err()).isZero();
        assertThat(ended.err()).contains("Done in", "keelson -C d status");
        assertThat(status.err()).doesNotContain("A demo was stopped");
        assertThat(again.code()).isZero();
        assertThat(again.err()).contains("done already", "keelson -C d status").doesNotContain("Done in");
        assertThat(again.out()).isEqualTo(ended.out());
    }

    @Test
    void periodOutsideTheDataLeavesNothingBehind() throws IOException {
        TinyLeague.make(Files.createDirectory(folder.resolve("tiny")));

        Cli cli = Cli.run(
                folder, "demo", "--dir", "d", "--data", "tiny/data/football/matches.csv", "--from", "2050-01-01", "--no-serve");

        assertThat(cli.code()).isEqualTo(2);
        assertThat(cli.err()).contains("asked for from 2050-01-01", "Maybe begin at 201");
        assertThat(folder.resolve("d")).doesNotExist();
    }

    @Test
    void demoThatRunsIsNotSaidToBeStoppedAndItsOptionsAreKept() throws IOException {
        TinyLeague.make(Files.createDirectory(folder.resolve("tiny")));
        Path data = folder.resolve("tiny/data/football/matches.csv");
        List<Cli> looks = new ArrayList<>();

        assertThatThrownBy(() -> Demo.run(
                        new Demo.Request(folder.resolve("d"), data, FROM, List.of("--no-serve")), note -> {}, (done, of, day) -> {
                            looks.add(Cli.run(folder, "-C", "d", "status"));
                            throw new IllegalStateException("Stopped.");
                        }))
                .hasMessage("Stopped.");
        Cli stopped = Cli.run(folder, "-C", "d", "status");

        assertThat(looks.getFirst().err())
                .contains("A demo is running, process " + ProcessHandle.current().pid() + ".")
                .doesNotContain("was stopped");
        assertThat(stopped.err())
                .contains("A demo was stopped", "--from 2015-12-01 --no-serve")
                .doesNotContain("is running");
    }

    private static String[] command() {
        return new String[] {"demo", "--dir", "d", "--data", "my data/matches.csv", "--from", FROM.toString(), "--no-serve"};
    }
}
