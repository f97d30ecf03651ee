package dev.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keelson.http.server.KeelsonServer;
import dev.keelson.wiring.LiveBackend;
import dev.keelson.wiring.Projects;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Files of runs from the command line, and as the Java client of MLflow moves them: processes against a real server. */
final class MlflowArtifactsIT {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TempDir
    static Path folder;

    private static Path project;
    private static LiveBackend backend;
    private static KeelsonServer server;

    @BeforeAll
    static void serve() throws IOException {
        project = Files.createDirectories(folder.resolve("project"));
        TinyLeague.make(project);
        backend = LiveBackend.open(Projects.validate(project, Map.of()), InstantSource.system());
        server = KeelsonServer.start(backend, KeelsonServer.DEFAULT_HOST, 0);
        backend.serving(KeelsonServer.DEFAULT_HOST, server.port());
    }

    @AfterAll
    static void stop() {
        server.close();
        backend.close();
    }

    private static String run() throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return MAPPER.readTree(http.send(
                                    HttpRequest.newBuilder(URI.create(server.url() + "/api/2.0/mlflow/runs/create"))
                                            .header("Content-Type", "application/json")
                                            .POST(BodyPublishers.ofString("{\"experiment_id\": \"0\", \"user_id\": \"ann\"}"))
                                            .build(),
                                    BodyHandlers.ofString())
                            .body())
                    .at("/run/info/run_id")
                    .asText();
        }
    }

    private record Ended(int code, String out) {
        String last() {
            return out.lines().reduce("", (first, second) -> second);
        }
    }

    /** The launcher beside a program that stands for {@code ./keelson}. */
    private static Ended python(String... words) throws Exception {
        Path home = folder.resolve("home");
        Path script = home.resolve("bin/keelson-mlflow-python");
        if (Files.notExists(script)) {
            Files.createDirectories(script.getParent());
            Files.copy(Repository.root().resolve("bin/keelson-mlflow-python"), script);
            Path keelson = home.resolve("keelson");
            Files.writeString(keelson, "#!/bin/sh\nexec \"%s\" --enable-native-access=ALL-UNNAMED -cp \"%s\" %s \"$@\"\n".formatted(
                    Path.of(System.getProperty("java.home"), "bin", "java"),
                    System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                    Main.class.getName()));
            assertThat(keelson.toFile().setExecutable(true)).isTrue();
        }
        List<String> command = new ArrayList<>(List.of(script.toString()));
        command.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(folder.resolve("python.err").toFile());
        builder.environment().put("MLFLOW_TRACKING_URI", server.url() + "/");
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        return new Ended(process.exitValue(), out);
    }

    private static Ended module(String... words) throws Exception {
        return python(Stream.concat(Stream.of("-m", "mlflow.store.artifact.cli"), Stream.of(words)).toArray(String[]::new));
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher is a POSIX shell script")
    void callsOfTheJavaClientAreAnsweredWithoutPython() throws Exception {
        String run = run();
        Path local = Files.createDirectories(folder.resolve("local/sub dir"));
        byte[] bytes = new byte[300_000];
        new Random(1).nextBytes(bytes);
        Files.write(local.resolve("w.bin"), bytes);
        Files.writeString(local.resolveSibling("a.txt"), "hello");

        assertThat(module("--help").code()).isZero();
        assertThat(module("log-artifact", "--local-file", local.resolve("w.bin").toString(), "--run-id", run).code()).isZero();
        assertThat(module("log-artifacts", "--local-dir", Objects.requireNonNull(local.getParent()).toString(), "--run-id", run, "--artifact-path", "model")
                        .code())
                .isZero();
        Ended listed = module("list", "--run-id", run);
        Ended model = module("list", "--run-id", run, "--artifact-path", "model");
        Ended one = module("download", "--run-id", run, "--artifact-path", "model/sub dir/w.bin");
        Ended all = module("download", "--run-id", run);
        Ended address = module("download", "--artifact-uri", "runs:/" + run + "/model");

        assertThat(MAPPER.readTree(listed.out()).toString())
                .isEqualTo("[{\"path\":\"model\",\"is_dir\":true},{\"path\":\"w.bin\",\"is_dir\":false,\"file_size\":300000}]");
        assertThat(MAPPER.readTree(model.out()).findValuesAsText("path")).containsExactly("model/a.txt", "model/sub dir");
        assertThat(Path.of(one.last())).hasBinaryContent(bytes).endsWithRaw(Path.of("model/sub dir/w.bin"));
        assertThat(Path.of(all.last()).resolve("model/a.txt")).hasContent("hello");
        assertThat(Path.of(all.last()).resolve("w.bin")).hasBinaryContent(bytes);
        assertThat(Path.of(address.last()).resolve("a.txt")).hasContent("hello");
        assertThat(module("download", "--artifact-uri", "runs:/" + run + "/nothing").code()).isEqualTo(2);
        assertThat(module("list", "--run-id", "none").code()).isEqualTo(2);
        assertThat(python("-c", "print(1)").code()).isEqualTo(2);
    }

    @Test
    void filesAreUploadedListedAndDownloaded() throws Exception {
        String run = run();
        Path file = Files.writeString(folder.resolve("notes.txt"), "some notes");

        Cli uploaded = Cli.run(project, "runs", "upload", run, file.toString(), "--path", "docs/a b.txt", "--json");
        Cli refused = Cli.run(project, "runs", "upload", run, file.toString(), "--path", "../../x");
        Cli listed = Cli.run(project, "runs", "files", run, "--verify", "--json");
        Cli first = Cli.run(project, "runs", "download", run, "--to", folder.resolve("copy").toString(), "--json");
        Cli again = Cli.run(project, "runs", "download", run, "docs", "--to", folder.resolve("copy").toString(), "--json");

        assertThat(uploaded.code()).as(uploaded.err()).isZero();
        assertThat(refused.err()).startsWith("error[K313]");
        JsonNode files = listed.json().path("files");
        assertThat(files).hasSize(1);
        assertThat(files.get(0).path("path").asText()).isEqualTo("docs/a b.txt");
        assertThat(files.get(0).path("whole").asBoolean()).isTrue();
        assertThat(folder.resolve("copy/docs/a b.txt")).hasContent("some notes");
        assertThat(first.json().at("/files/0/copied").asLong()).isEqualTo(10);
        assertThat(again.json().at("/files/0/copied").asLong()).isZero();
        assertThat(Cli.run(project, "runs", "download", run, "none", "--to", folder.resolve("copy").toString()).code())
                .isEqualTo(2);
    }

    @Test
    void downloadThatIsCutGoesOn() throws Exception {
        String run = run();
        byte[] bytes = new byte[2_000_000];
        new Random(2).nextBytes(bytes);
        Path file = Files.write(folder.resolve("large.bin"), bytes);
        Cli.run(project, "runs", "upload", run, file.toString());

        try (Cutting cutting = new Cutting(server.port(), 700_000);
                ArtifactClient client = ArtifactClient.of(Map.of("MLFLOW_TRACKING_URI", cutting.url()))) {
            Path target = folder.resolve("fetched.bin");

            assertThat(client.download(client.root(run).resolve("large.bin"), target)).isTrue();

            assertThat(target).hasBinaryContent(bytes);
            assertThat(cutting.cuts).hasPositiveValue();
        }
    }

    /** A network between client and server that cuts a connection behind so many bytes. */
    private static final class Cutting implements AutoCloseable {
        private final ServerSocket listening;
        private final int port;
        private final long most;
        private final AtomicInteger cuts = new AtomicInteger();

        Cutting(int port, long most) throws IOException {
            this.port = port;
            this.most = most;
            this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            Thread.ofVirtual().start(this::accept);
        }

        String url() {
            return "http://127.0.0.1:" + listening.getLocalPort();
        }

        private void accept() {
            while (!listening.isClosed()) {
                try {
                    Socket client = listening.accept();
                    Socket behind = new Socket(InetAddress.getLoopbackAddress(), port);
                    Thread.ofVirtual().start(() -> copy(client, behind, Long.MAX_VALUE));
                    Thread.ofVirtual().start(() -> copy(behind, client, most));
                } catch (IOException e) {
                    return; // closed
                }
            }
        }

        private void copy(Socket from, Socket to, long limit) {
            try (from; to) {
                byte[] buffer = new byte[8_192];
                long copied = 0;
                OutputStream out = to.getOutputStream();
                for (int count = from.getInputStream().read(buffer); count >= 0; count = from.getInputStream().read(buffer)) {
                    out.write(buffer, 0, count);
                    copied += count;
                    if (copied > limit) {
                        cuts.incrementAndGet();
                        return;
                    }
                }
            } catch (IOException e) {
                return; // the other direction was closed
            }
        }

        @Override
        public void close() throws IOException {
            listening.close();
        }
    }
}
