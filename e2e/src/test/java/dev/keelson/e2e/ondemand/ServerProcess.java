package dev.keelson.e2e.ondemand;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * {@code keelson serve} in a process of its own, over a project without data in a folder that goes away with it. It can be
 * killed as a power failure would, and started again at the same address. Not safe for use by several threads.
 */
public final class ServerProcess implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 180;
    /** A project of one source ({@code games.csv}) and one model ({@code winner}). */
    public static final String PROJECT = """
            keelson: 1
            project: games
            timezone: UTC
            sources:
              games:
                file: games.csv
                key: id
                event_time: time
                outcomes: { columns: [result], known_after: 1d }
                columns: { id: string, time: timestamp, strength: double, result: { type: enum, values: [home, away] } }
            models:
              winner:
                label: games.result
                features: [strength]
                learner: { xgboost: { rounds: 5 } }
                validate: { walk_forward: 2 folds, test: 30d, embargo: 1d }
            """;

    private final Path folder;
    private final int port;
    private final List<String> launcher;
    private Process process;

    /**
     * Runs one command.
     *
     * @param launcher what comes before its words
     */
    private ServerProcess(Path folder, int port, List<String> launcher, String... words) {
        this.folder = folder;
        this.port = port;
        this.launcher = List.copyOf(launcher);
        this.process = launch(words);
    }

    private static ServerProcess serve(Path folder, List<String> launcher) throws IOException {
        int port = freePort();
        return new ServerProcess(folder, port, launcher, "serve", "--port", Integer.toString(port)).answering();
    }

    /** This Java with the class path of this process. */
    private static List<String> launcher(String... options) {
        List<String> launcher = new ArrayList<>(java());
        launcher.addAll(List.of(options));
        launcher.addAll(List.of("-cp", classPath(), "dev.keelson.cli.Main"));
        return launcher;
    }

    /**
     * Starts one; returns when it answers.
     *
     * @param options of its JVM
     */
    public static ServerProcess start(String... options) {
        try {
            Path folder = Files.createTempDirectory("keelson-server-");
            Files.writeString(folder.resolve("games.csv"), "id,time,strength,result\n");
            Files.writeString(folder.resolve("keelson.yaml"), PROJECT);
            return over(folder, options);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Starts one that serves a trained model ({@code winner}, of {@code time} and {@code strength}); returns when it is ready.
     *
     * @param options of its JVM
     */
    public static ServerProcess serving(String... options) {
        try {
            Path folder = Files.createTempDirectory("keelson-server-");
            StringBuilder rows = new StringBuilder("id,time,strength,result\n");
            Random random = new Random(1);
            LocalDate day = LocalDate.parse("2024-01-01");
            for (int i = 0; i < 500; i++) {
                double strength = random.nextDouble();
                rows.append("g%d,%sT12:00:00Z,%s,%s%n"
                        .formatted(i, day.plusDays(i), strength, random.nextDouble() < strength ? "home" : "away"));
            }
            Files.writeString(folder.resolve("games.csv"), rows);
            Files.writeString(folder.resolve("keelson.yaml"), PROJECT);
            return trained(folder, options);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Starts one over a project after its models are trained; returns when it is ready.
     *
     * @param folder the project's; it goes away with the server
     * @param options of its JVM
     */
    public static ServerProcess trained(Path folder, String... options) throws IOException {
        try {
            ServerProcess server = new ServerProcess(folder, freePort(), launcher(options), "run");
            int code = server.process.waitFor();
            if (code != 0) {
                throw new IllegalStateException("The training failed: " + Files.readString(server.log()));
            }
            server.process = server.launch();
            return server.answering();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /**
     * Starts one over a project; returns when it answers.
     *
     * @param folder the project's; it goes away with the server
     * @param options of its JVM
     */
    public static ServerProcess over(Path folder, String... options) throws IOException {
        return serve(folder, launcher(options));
    }

    /**
     * As {@link #over}, by the launcher that users run.
     *
     * @param launcher {@code keelson}
     */
    public static ServerProcess launched(Path folder, Path launcher) throws IOException {
        return serve(folder, List.of(launcher.toString()));
    }

    /** The start of a command that runs this Java. */
    public static List<String> java() {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow");
    }

    /** A port that nobody listens on. */
    public static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    private Process launch() {
        return launch("serve", "--port", Integer.toString(port));
    }

    private Process launch(String... words) {
        try {
            return command(words)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@code keelson} with some words, in the project. */
    private ProcessBuilder command(String... words) {
        List<String> command = new ArrayList<>(launcher);
        command.addAll(List.of(words));
        return new ProcessBuilder(command).directory(folder.toFile());
    }

    /**
     * What a command said.
     *
     * @param code its exit code
     * @param text its standard output
     */
    public record Said(int code, String text) {}

    /** Runs {@code keelson} with some words in the project's folder, and waits until it has ended. */
    public Said keelson(String... words) throws IOException, InterruptedException {
        Process running = command(words)
                .redirectError(ProcessBuilder.Redirect.appendTo(log().toFile()))
                .start();
        String text = new String(running.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Said(running.waitFor(), text);
    }

    /** The class path of this process, which has the whole product. */
    public static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }

    private ServerProcess answering() throws IOException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (System.nanoTime() < end) {
            if (!process.isAlive()) {
                throw new IllegalStateException("The server ended: " + Files.readString(log()));
            }
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
                socket.getOutputStream()
                        .write("GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
                                .getBytes(StandardCharsets.US_ASCII));
                if (new String(socket.getInputStream().readNBytes(12), StandardCharsets.UTF_8).endsWith(" 200")) {
                    return this;
                }
            } catch (IOException e) {
                pause();
            }
        }
        throw new IllegalStateException("The server does not answer: " + Files.readString(log()));
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Ends it at once, as {@code kill -9} does, and waits until it is gone. */
    public void kill() {
        try {
            process.destroyForcibly().waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Ends a process that it started, as {@code kill -9} does; false when there is none now. */
    public boolean killWorker() {
        return worker().map(ProcessHandle::destroyForcibly).orElse(false);
    }

    /** Whether a process that it started trains a model. */
    public boolean trains() {
        return worker().isPresent();
    }

    /** A server starts no other Java; a long command line cannot be asked for what it is. */
    private Optional<ProcessHandle> worker() {
        return process.toHandle().descendants()
                .filter(each -> each.info().command().filter(command -> Path.of(command).endsWith("java")).isPresent())
                .findFirst();
    }

    /** Asks it to end, as SIGTERM does, and goes on at once. */
    public void terminate() {
        process.destroy();
    }

    /** Waits until it has ended; its exit code. */
    public int ended() throws InterruptedException {
        return process.waitFor();
    }

    /** Whether a connection to it is accepted. */
    public boolean listens() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** Starts it again at the same address; returns when it answers. */
    public void restart() {
        process = launch();
        try {
            answering();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where it is, without a slash at the end. */
    public String url() {
        return "http://127.0.0.1:" + port;
    }

    /** Its port. */
    public int port() {
        return port;
    }

    /** The project. */
    public Path folder() {
        return folder;
    }

    private Path log() {
        return folder.resolve("server.log");
    }

    /** What the processor worked for it so far. */
    public Duration processor() {
        return process.toHandle().info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /** Most memory that the process had so far, in MiB; 0 where the system does not tell. */
    public long peakMegabytes() throws IOException {
        return megabytes("VmHWM:");
    }

    /** Files and sockets that the process has open. */
    public long openFiles() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc", Long.toString(process.pid()), "fd"))) {
            return files.count();
        }
    }

    /** Threads of the operating system that the process has. */
    public long threads() throws IOException {
        try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(process.pid()), "task"))) {
            return threads.count();
        }
    }

    /** What is alive on its heap, in bytes: a collection is made for that. */
    public long liveBytes() throws IOException, InterruptedException {
        Process asked = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(process.pid()),
                        "GC.class_histogram")
                .redirectErrorStream(true)
                .start();
        String text = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (asked.waitFor() != 0) {
            throw new IllegalStateException("The heap cannot be looked at: " + text);
        }
        String total = text.lines().filter(line -> line.startsWith("Total")).findFirst().orElseThrow();
        return Long.parseLong(total.strip().split("\\s+", -1)[2]);
    }

    /** Memory that the process has, in MiB; 0 where the system does not tell. */
    public long megabytes() throws IOException {
        return megabytes("VmRSS:");
    }

    private long megabytes(String line) throws IOException {
        Path status = Path.of("/proc", Long.toString(process.pid()), "status");
        if (!Files.isReadable(status)) {
            return 0;
        }
        try (Stream<String> lines = Files.lines(status)) {
            return lines.filter(text -> text.startsWith(line))
                    .mapToLong(text -> Long.parseLong(text.replaceAll("[^0-9]", "")) / 1024)
                    .findFirst()
                    .orElse(0);
        }
    }

    @Override
    public void close() {
        kill();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
