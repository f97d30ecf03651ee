package dev.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands that are killed while they train, later and later until one is done before. */
final class KilledTrainingIT {
    private static final String MODEL = "football-1x2";

    @TempDir
    Path folder;

    private Path make(String name) throws IOException {
        Path home = Files.createDirectories(folder.resolve(name));
        TinyLeague.make(home);
        Path file = home.resolve("keelson.yaml");
        Files.writeString(
                file,
                Files.readString(file)
                        .replaceFirst("(?m)^    learner: .*$", "    learner: { xgboost: { rounds: 60, max_depth: 4 } }"));
        return home;
    }

    private static Process start(Path home, Path out, String... words) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx1g",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1", // as ./keelson starts short commands
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Main.class.getName()));
        command.addAll(List.of(words));
        ProcessBuilder process = new ProcessBuilder(command)
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile());
        process.environment().remove("KEELSON_DATA"); // its data are its own
        return process.start();
    }

    private static List<String> hashes(Path home) {
        JsonNode versions = Cli.run(home, "models", "show", MODEL, "--json").json().path("versions");
        return versions.findValuesAsText("sha256");
    }

    private static List<String> trained(Path home) {
        List<String> ids = new ArrayList<>();
        for (JsonNode run : Cli.run(home, "runs", "list", "--json").json().path("runs")) {
            if (run.path("model").asText().equals(MODEL)) {
                ids.add(run.path("id").asText());
            }
        }
        return ids;
    }

    @ParameterizedTest
    @ValueSource(strings = {"train", "run"})
    void nothingIsHalfRegisteredAndTheNextOneIsTheSame(String command) throws Exception {
        String[] words = command.equals("run") ? new String[] {"run"} : new String[] {"train", MODEL};
        Path home = make("killed");
        Path undisturbed = make("undisturbed");
        for (Path each : List.of(home, undisturbed)) {
            assertThat(Cli.run(each, "data", "load").code()).isZero();
        }
        Path out = folder.resolve("out.txt");

        int killed = 0;
        long millis = 1_200;
        Process process = start(home, out, words);
        while (!process.waitFor(millis, TimeUnit.MILLISECONDS)) {
            process.destroyForcibly().waitFor();
            killed++;
            assertThat(trained(home)).hasSameSizeAs(hashes(home)); // it may have been done just before
            millis = 2 * millis;
            process = start(home, out, words);
        }
        Cli whole = Cli.run(undisturbed, words);

        assertThat(process.exitValue()).as(Files.readString(out)).isZero();
        assertThat(killed).isPositive();
        assertThat(whole.code()).as(whole.err()).isZero();
        assertThat(hashes(home)).hasSize(1).isEqualTo(hashes(undisturbed));
        try (Stream<Path> files = Files.walk(home.resolve(".keelson"))) {
            assertThat(files.filter(file -> file.toString().endsWith(".tmp"))).isEmpty();
        }
    }
}
