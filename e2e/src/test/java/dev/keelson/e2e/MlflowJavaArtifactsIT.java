package dev.keelson.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.http.mlflow.ServedCatalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** MLflow's Java client moves files through {@code bin/keelson-mlflow-python} where it looks for Python. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the stand-in is a POSIX shell script")
final class MlflowJavaArtifactsIT {
    private static final Path SCRIPT = Path.of(System.getProperty("basedir", "e2e"))
            .toAbsolutePath()
            .resolve("../bin/keelson-mlflow-python")
            .normalize();
    private static final String CLASS_PATH =
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    @TempDir
    private Path folder;

    @Test
    void filesGoUpAndComeBackWithoutPython() throws IOException, InterruptedException {
        Path standIn = standIn();
        Path project = Files.createDirectories(folder.resolve("project"));
        Path work = Files.createDirectories(folder.resolve("work"));

        List<String> lines;
        try (ServedCatalog server = ServedCatalog.start(project)) {
            lines = calls(standIn, server.url(), work);
        }

        assertThat(lines).containsExactly(
                "root: [model/, notes/, who wins.txt 16]",
                "model: [model/MLmodel 12, model/data/]",
                "file: {who wins.txt=16}",
                "folder: {MLmodel=12, data/weights.bin=3000000}",
                "all: {model/MLmodel=12, model/data/weights.bin=3000000, notes/first/who wins.txt=16, who wins.txt=16}",
                "version: {MLmodel=12, data/weights.bin=3000000}",
                "production: {MLmodel=12, data/weights.bin=3000000}",
                "climbing: refused",
                "missing: refused",
                "no version: refused");
    }

    /** The script as it is shipped, in a tree whose {@code keelson} runs the classes under test. */
    private Path standIn() throws IOException {
        Path home = Files.createDirectories(folder.resolve("my keelson"));
        Path script = Files.copy(SCRIPT, Files.createDirectories(home.resolve("bin")).resolve("keelson-mlflow-python"));
        Path launcher = Files.writeString(
                home.resolve("keelson"),
                """
                #!/bin/sh
                exec '%s' -XX:TieredStopAtLevel=1 -cp '%s' dev.keelson.cli.Main "$@"
                """
                        .formatted(JAVA, CLASS_PATH));
        assertThat(launcher.toFile().setExecutable(true)).isTrue();
        assertThat(script.toFile().setExecutable(true)).isTrue();
        return script;
    }

    private static List<String> calls(Path standIn, String url, Path work) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(
                        JAVA, "-XX:TieredStopAtLevel=1", "-cp", CLASS_PATH, MlflowArtifactCalls.class.getName(), url, work.toString())
                .redirectError(work.resolve("errors").toFile());
        builder.environment().put("MLFLOW_PYTHON_EXECUTABLE", standIn.toString());
        Process process = builder.start();
        List<String> lines = new String(process.getInputStream().readAllBytes(), UTF_8).lines().toList();
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(work.resolve("errors"))).isZero();
        return lines;
    }
}
