package dev.keelson.cli;

import dev.keelson.http.server.KeelsonServer;
import dev.keelson.project.Project;
import dev.keelson.wiring.LiveBackend;
import dev.keelson.wiring.Projects;
import java.io.BufferedWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Loads what commands and the server need, on a small project in a folder that goes away, so that the JVM keeps it for later
 * starts ({@code -XX:AOTCacheOutput}): classes, and which methods are worth compiling. The launcher runs it once after a build;
 * users do not.
 */
public final class Rehearsal {
    private static final int ROWS = 400;
    private static final int DAYS = 100;
    private static final int PREDICTIONS = 3_000;
    private static final Pattern LENGTH = Pattern.compile("(?i)content-length: ([0-9]+)");
    private static final String PROJECT = """
            keelson: 1
            project: rehearsal
            timezone: UTC
            sources:
              games:
                file: games.csv
                key: id
                event_time: time
                outcomes: { columns: [result], known_after: 1h }
                columns:
                  id: string
                  time: timestamp
                  team: string
                  a: double
                  b: double
                  result: { type: enum, values: [lost, won] }
            entities:
              team: { key: team }
            feature_views:
              form:
                entity: team
                source: games
                key: team
                ttl: 90d
                features: { form_a: mean(a) over 30d, form_b: last(b) over last 5 events }
            models:
              winner:
                label: games.result
                entities: { game: { team: team } }
                features: [game.form.*, a, b]
                learner: { xgboost: { rounds: 20, max_depth: 3 } }
                validate: { walk_forward: 2 folds, test: 20d, embargo: 1d }
            """;

    private Rehearsal() {}

    /** Always ends well: what was loaded before something failed is worth keeping, too. */
    public static void main(String[] args) throws IOException {
        Path folder = Files.createTempDirectory("keelson-rehearsal-");
        try {
            String why = rehearse(folder);
            if (why != null) {
                System.err.println("The rehearsal ended early: " + why);
            }
        } finally {
            delete(folder);
        }
    }

    /**
     * Does what is worth keeping.
     *
     * @param folder empty
     * @return why it ended early; null when it did not
     */
    static @Nullable String rehearse(Path folder) {
        PrintStream nowhere = new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8);
        try {
            int help = Main.run(new String[] {"--help"}, nowhere, nowhere, Map.of());
            write(folder);
            int run = Main.run(new String[] {"run"}, folder, InputStream.nullInputStream(), nowhere, nowhere, Map.of());
            if (help != 0 || run != 0) {
                return "exit codes %d and %d".formatted(help, run);
            }
            serve(Projects.read(folder.resolve("keelson.yaml"), Map.of()));
            return null;
        } catch (IOException | RuntimeException | LinkageError e) {
            return e.toString();
        }
    }

    private static void write(Path folder) throws IOException {
        Files.writeString(folder.resolve("keelson.yaml"), PROJECT);
        Random random = new Random(1);
        Instant start = InstantSource.system().instant().truncatedTo(ChronoUnit.DAYS).minus(DAYS + 1, ChronoUnit.DAYS);
        try (BufferedWriter out = Files.newBufferedWriter(folder.resolve("games.csv"))) {
            out.write("id,time,team,a,b,result\n");
            for (int row = 0; row < ROWS; row++) {
                double a = random.nextGaussian();
                out.write("g%d,%s,team %d,%s,%s,%s%n"
                        .formatted(
                                row,
                                start.plusSeconds(86_400L * DAYS * row / ROWS),
                                random.nextInt(20),
                                a,
                                random.nextGaussian(),
                                a + random.nextGaussian() > 0 ? "won" : "lost"));
            }
        }
    }

    private static void serve(Project project) throws IOException {
        try (LiveBackend backend = LiveBackend.open(project, InstantSource.system())) {
            backend.startIndexing();
            try (KeelsonServer server = KeelsonServer.start(backend, KeelsonServer.DEFAULT_HOST, 0);
                    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                for (String path : List.of("/health", "/ready", "/metrics", "/")) {
                    ask(socket, "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
                }
                for (int i = 0; i < PREDICTIONS; i++) {
                    String body = "{\"id\":\"r%d\",\"team\":\"team %d\",\"a\":%s,\"b\":-0.5}".formatted(i, i % 20, i / 1e3);
                    ask(
                            socket,
                            "POST /api/v1/models/winner/predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %d\r\n\r\n%s"
                                    .formatted(body.length(), body));
                }
            }
        }
    }

    /** Sends a request and reads until the answer is there. */
    private static void ask(Socket socket, String request) throws IOException {
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        InputStream in = socket.getInputStream();
        StringBuilder head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("The answer broke off: " + head);
            }
            head.append((char) next);
        }
        Matcher length = LENGTH.matcher(head);
        if (!head.toString().startsWith("HTTP/1.1 200") || !length.find()) {
            throw new IOException("The answer was not 200 with a length: " + head);
        }
        in.skipNBytes(Long.parseLong(length.group(1)));
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
