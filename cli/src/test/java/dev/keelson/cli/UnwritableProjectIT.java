package dev.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands on a disk that is full, and in a folder that cannot be written. */
final class UnwritableProjectIT {
    /** Commands that only look. */
    private static final List<String> LOOKS = List.of(
            "status",
            "models list",
            "models show football-1x2",
            "runs list",
            "predictions list",
            "predictions events",
            "drift report",
            "data versions",
            "data verify",
            "data verify latest",
            "data quarantine",
            "data show",
            "data tags",
            "data loads",
            "data checks",
            "data review list",
            "data review history",
            "features list",
            "features show ratings",
            "features get --features ratings:elo --entity team=Ashford",
            "labels list",
            "plan",
            "lineage matches");

    private static final List<String> ROW = List.of(
            "div=E0", "date=2030-01-05", "HomeTeam=Ashford", "AwayTeam=Brampton", "AvgH=2.1", "AvgD=3.3", "AvgA=3.6");

    @TempDir
    Path mountPoint;

    private static Cli keelson(SmallDisk disk, String line) {
        return Cli.run(disk.folder(), ("-C p " + line).split(" "));
    }

    private static Cli predict(SmallDisk disk) {
        return keelson(disk, "predict football-1x2-odds --row " + String.join(" --row ", ROW));
    }

    private static void makeProject(SmallDisk disk) throws IOException {
        TinyLeague.make(Files.createDirectory(disk.folder().resolve("p")));
    }

    /** What a command that was stopped may not leave. */
    private static List<Path> unfinished(SmallDisk disk) throws IOException {
        try (Stream<Path> files = Files.walk(disk.folder().resolve("p"))) {
            return files.filter(file -> file.toString().matches(".*(\\.tmp|\\.part|unfinished)$"))
                    .toList();
        }
    }

    @Test
    void runOnFullDiskSaysSoAndGoesOnWhenThereIsRoom() throws IOException {
        for (int free : new int[] {0, 64 << 10, 256 << 10, 768 << 10}) {
            try (SmallDisk disk = SmallDisk.mount(mountPoint, 6)) {
                makeProject(disk);
                disk.fillUpTo(free);

                Cli full = keelson(disk, "run");
                Cli status = keelson(disk, "status --json");
                List<Path> left = unfinished(disk);
                disk.empty();
                Cli again = keelson(disk, "run");
                Cli third = keelson(disk, "run --json");

                assertThat(full.code()).as("%d free: %s%s", free, full.out(), full.err()).isEqualTo(2);
                assertThat(full.err())
                        .startsWith("error[K401]")
                        .contains("p/.keelson", "Maybe make room")
                        .doesNotContain("Exception");
                assertThat(status.code()).as("%d free: %s", free, status.err()).isZero();
                assertThat(status.json().get("ready").asBoolean()).isFalse();
                assertThat(left).isEmpty();
                assertThat(again.code()).as("%d free: %s", free, again.err()).isZero();
                assertThat(third.json().get("steps").findValuesAsText("changed")).containsOnly("false");
                assertThat(keelson(disk, "data verify").code()).isZero();
                assertThat(keelson(disk, "status --json").json().get("ready").asBoolean()).isTrue();
            }
        }
    }

    @Test
    void lookingNeedsNoRoom() throws IOException {
        try (SmallDisk disk = SmallDisk.mount(mountPoint, 6)) {
            List<Cli> before = runAndLook(disk);
            disk.fillUpTo(0);

            List<Cli> full = look(disk);
            Cli predicted = predict(disk);
            Cli checked = keelson(disk, "drift check");
            disk.empty();

            assertThat(full).isEqualTo(before);
            assertThat(predicted.code()).isEqualTo(2);
            assertThat(predicted.err()).startsWith("error[K401]");
            assertThat(checked.code()).isEqualTo(2);
            assertThat(checked.err()).startsWith("error[K401]");
            assertThat(unfinished(disk)).isEmpty();
            assertThat(predict(disk).code()).isZero();
            assertThat(keelson(disk, "predictions list --json").json().get("total").asInt()).isEqualTo(2);
        }
    }

    @Test
    void lookingWritesNothing() throws IOException {
        try (SmallDisk disk = SmallDisk.mount(mountPoint, 6)) {
            List<Cli> before = runAndLook(disk);
            disk.makeReadOnly();

            List<Cli> readOnly = look(disk);
            Cli ran = keelson(disk, "run");
            Cli predicted = predict(disk);
            disk.makeWritable();

            assertThat(readOnly).isEqualTo(before);
            assertThat(ran.code()).isEqualTo(2);
            assertThat(ran.err()).startsWith("error[K402]").contains("p/.keelson", "read-only");
            assertThat(predicted.code()).isEqualTo(2);
            assertThat(predicted.err()).startsWith("error[K402]");
            assertThat(keelson(disk, "run").code()).isZero();
        }
    }

    @Test
    void whatAKilledProcessLeftCanBeReadWithoutWriting() throws IOException {
        try (SmallDisk disk = SmallDisk.mount(mountPoint, 6)) {
            List<Cli> before = runAndLook(disk);
            Path state = disk.folder().resolve("p/.keelson");
            for (String store : List.of("keelson.db", "predictions.db")) { // as if killed right after the last look
                Files.deleteIfExists(state.resolve(store + "-shm"));
                Files.deleteIfExists(state.resolve(store + "-wal"));
                Files.createFile(state.resolve(store + "-wal"));
            }
            disk.makeReadOnly();

            List<Cli> readOnly = look(disk);
            disk.makeWritable();

            assertThat(readOnly).isEqualTo(before);
        }
    }

    private static List<Cli> runAndLook(SmallDisk disk) throws IOException {
        makeProject(disk);
        assertThat(keelson(disk, "run").code()).isZero();
        assertThat(predict(disk).code()).isZero();
        assertThat(keelson(disk, "drift check").code()).isZero();
        List<Cli> looks = look(disk);
        assertThat(looks).extracting(Cli::code).containsOnly(0);
        return looks;
    }

    private static List<Cli> look(SmallDisk disk) {
        return LOOKS.stream().map(line -> keelson(disk, line)).toList();
    }
}
