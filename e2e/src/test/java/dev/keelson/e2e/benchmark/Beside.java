package dev.keelson.e2e.benchmark;

import dev.keelson.e2e.ondemand.ServerProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A server of another make in a process of its own, to be measured beside ours.
 *
 * @param process it
 * @param port where it listens, on 127.0.0.1
 */
record Beside(Process process, int port) implements AutoCloseable {
    /** Debian's, for which its packages of FastAPI and XGBoost are. */
    private static final String PYTHON = "/usr/bin/python3";

    private static final long PATIENCE_SECONDS = 60;

    /** {@link EchoServer} with the JVM options of our server. */
    static Beside echo(Path folder, String path, byte[] answer, String... options) throws Exception {
        Path file = Files.write(folder.resolve("answer.json"), answer);
        List<String> command = new ArrayList<>(ServerProcess.java());
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", ServerProcess.classPath(), EchoServer.class.getName()));
        return start(folder, command, List.of(path, file.toString()));
    }

    /**
     * FastAPI with XGBoost.
     *
     * @param script {@code e2e/src/peer/fastapi/serve.py}
     * @param model as XGBoost's JSON
     * @return null where Debian's packages are not installed
     */
    static @Nullable Beside fastApi(Path folder, Path script, byte[] model) throws Exception {
        if (!Files.isExecutable(Path.of(PYTHON)) || !Files.isReadable(script)) {
            return null;
        }
        Process probe = new ProcessBuilder(PYTHON, "-c", "import fastapi, uvicorn, xgboost")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (probe.waitFor() != 0) {
            return null;
        }
        Path file = Files.write(folder.resolve("model.json"), model);
        Path log = folder.resolve("peer.csv");
        return start(folder, List.of(PYTHON, script.toString()), List.of(file.toString(), log.toString()));
    }

    /** The port stands between what starts it and its other words. */
    private static Beside start(Path folder, List<String> starter, List<String> words) throws Exception {
        int port = ServerProcess.freePort();
        List<String> command = new ArrayList<>(starter);
        command.add(Integer.toString(port));
        command.addAll(words);
        Path log = folder.resolve("beside-" + port + ".log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        Beside beside = new Beside(process, port);
        try (HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/health"))
                    .build();
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
            while (process.isAlive() && System.nanoTime() < end) {
                try {
                    if (client.send(request, BodyHandlers.discarding()).statusCode() == 200) {
                        return beside;
                    }
                } catch (IOException e) {
                    TimeUnit.MILLISECONDS.sleep(50);
                }
            }
        }
        beside.close();
        throw new IllegalStateException("A server does not answer: " + Files.readString(log));
    }

    /** What the processor worked for it so far. */
    Duration processor() {
        return process.toHandle().info().totalCpuDuration().orElse(Duration.ZERO);
    }

    @Override
    public void close() {
        try {
            process.destroyForcibly().waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
