package dev.keelson.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./keelson} in a tree of its own that has a distribution already; needs libgomp, as the product does. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "./keelson is a POSIX shell script")
final class LauncherTest {
    private static final Path SCRIPT =
            Path.of(System.getProperty("basedir", ".")).toAbsolutePath().resolve("../keelson").normalize();

    @TempDir
    Path folder;

    private Path home;

    /** What a run printed, line by line, and how it ended. */
    private record Run(int exitCode, List<String> output) {}

    @BeforeEach
    void layOutATree() throws IOException {
        home = Files.createDirectories(folder.resolve("my keelson"));
        Files.copy(SCRIPT, home.resolve("keelson"));
        Files.createDirectories(home.resolve("core/src/main"));
        Files.createFile(home.resolve("core/pom.xml"));
        Files.createFile(home.resolve("pom.xml"));
        Files.createDirectories(home.resolve("cli/target/keelson/lib"));
        Files.createFile(home.resolve("cli/target/keelson/lib/keelson-cli-1.jar"));
        Files.createFile(home.resolve("cli/target/keelson/stamp"));
        Instant yesterday = Instant.parse("2026-01-01T00:00:00Z");
        for (String source : List.of("core/src/main", "core/pom.xml", "pom.xml")) {
            Files.setLastModifiedTime(home.resolve(source), FileTime.from(yesterday));
        }
    }

    @Test
    void argumentsReachTheProgramAsTheyWere() throws Exception {
        Path jdk = jdk("25.0.3", 0);

        Run run = run(jdk, home.resolve("keelson"), "predict", "two words", "", "*", "--json");

        assertThat(run.exitCode()).isZero();
        assertThat(run.output()).endsWith("[dev.keelson.cli.Main]", "[predict]", "[two words]", "[]", "[*]", "[--json]");
    }

    @Test
    void exitCodeIsTheProgrammesOwn() throws Exception {
        Path jdk = jdk("25.0.3", 7);

        Run run = run(jdk, home.resolve("keelson"), "status");

        assertThat(run.exitCode()).isEqualTo(7);
    }

    @Test
    void symbolicLinkLeadsHome() throws Exception {
        Path jdk = jdk("25.0.4", 0);
        Path first = Files.createSymbolicLink(home.resolve("alias"), Path.of("keelson"));
        Path second = Files.createSymbolicLink(folder.resolve("elsewhere"), first);

        Run run = run(jdk, second, "status");

        assertThat(run.output())
                .contains("[" + home.toRealPath().resolve("cli/target/keelson/lib/keelson-cli-1.jar") + "]");
    }

    @Test
    void olderUpdateOf25IsPassedOver() throws Exception {
        Path old = jdk("25.0.2", 0);
        Path onPath = jdk("25.0.3", 0);

        Run run = run(old, Map.of("PATH", onPath.resolve("bin") + ":" + System.getenv("PATH")), home.resolve("keelson"), "status");

        assertThat(run.output()).first().isEqualTo("java of " + onPath.getFileName());
    }

    @Test
    void serverAndShortCommandsRunDifferently() throws Exception {
        Path jdk = jdk("25.0.3", 0);

        Run serve = run(jdk, home.resolve("keelson"), "serve", "--port", "0");
        Run help = run(jdk, home.resolve("keelson"), "serve", "--help");
        Run list = run(jdk, home.resolve("keelson"), "models", "list");
        Run drift = run(jdk, home.resolve("keelson"), "drift", "check");

        assertThat(serve.output()).contains("[-XX:+UseG1GC]");
        assertThat(help.exitCode()).isZero();
        assertThat(list.output()).contains("[-XX:+UseSerialGC]", "[-XX:TieredStopAtLevel=1]");
        assertThat(drift.output()).contains("[-XX:+UseG1GC]").doesNotContain("[-XX:TieredStopAtLevel=1]");
    }

    @Test
    void ownJvmOptionsComeLast() throws Exception {
        Path jdk = jdk("25.0.3", 0);

        Run run = run(jdk, Map.of("KEELSON_JAVA_OPTS", "-Xmx4g -Dx=y"), home.resolve("keelson"), "status");

        assertThat(run.output()).containsSubsequence("[-Xmx1g]", "[-Xmx4g]", "[-Dx=y]", "[-cp]");
    }

    @Test
    void newerSourceMeansABuild() throws Exception {
        Path jdk = jdk("25.0.3", 0);
        Files.writeString(home.resolve("mvnw"), "#!/bin/sh\necho \"[ERROR] no build in this tree\"\nexit 1\n");
        assertThat(home.resolve("mvnw").toFile().setExecutable(true)).isTrue();
        Files.setLastModifiedTime(home.resolve("core/pom.xml"), FileTime.from(Instant.parse("2199-01-01T00:00:00Z")));

        Run run = run(jdk, home.resolve("keelson"), "status");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.output()).anyMatch(line -> line.startsWith("Building Keelson"));
        assertThat(run.output()).contains("[ERROR] no build in this tree");
        assertThat(home.resolve("cli/target/building")).doesNotExist();
    }

    /** A JDK whose java says who it is and what it was given, a word a line. */
    private Path jdk(String version, int exitCode) throws IOException {
        Path jdk = Files.createDirectories(folder.resolve("jdk " + version));
        Files.writeString(jdk.resolve("release"), "IMPLEMENTOR=\"Test\"\nJAVA_VERSION=\"" + version + "\"\n");
        Path java = Files.createDirectories(jdk.resolve("bin")).resolve("java");
        Files.writeString(java, """
                #!/bin/sh
                echo "java of %s"
                for word in "$@"; do printf '[%%s]\\n' "$word"; done
                exit %d
                """.formatted(jdk.getFileName(), exitCode));
        assertThat(java.toFile().setExecutable(true)).isTrue();
        return jdk;
    }

    private Run run(Path javaHome, Path script, String... arguments) throws IOException, InterruptedException {
        return run(javaHome, Map.of(), script, arguments);
    }

    private Run run(Path javaHome, Map<String, String> environment, Path script, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(script.toString()));
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile(folder, "output", ".txt");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().put("JAVA_HOME", javaHome.toString());
        builder.environment().putAll(environment);
        Process process = builder.start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ends within a minute").isTrue();
        return new Run(process.exitValue(), Files.readAllLines(output, UTF_8));
    }
}
