package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.http.ModelImport;
import dev.keelson.http.server.KeelsonServer;
import dev.keelson.learn.imported.FileLink;
import dev.keelson.project.Project;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A model by an engine beside one of trees, when the engine does not answer. */
@Timeout(120)
final class EnginesIT {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2024-06-01T00:00:00Z"));
    private static final String ROW =
            "{\"symbol\": \"BTC\", \"time\": \"2024-02-09T23:30:00Z\", \"close\": 101.0, \"volume\": 7.0}";

    @TempDir
    Path folder;

    private final HttpClient http = HttpClient.newHttpClient();
    private final ClassLoader before = Thread.currentThread().getContextClassLoader();

    @BeforeEach
    void letTheEngineBeFound() throws IOException {
        HeldEngine.begun = new CountDownLatch(1);
        HeldEngine.held = new CountDownLatch(0);
        Thread.currentThread().setContextClassLoader(HeldEngine.found(folder));
    }

    @AfterEach
    void forgetTheEngine() {
        HeldEngine.held.countDown();
        Thread.currentThread().setContextClassLoader(before);
    }

    private Project project() throws IOException {
        Project project = PriceProject.in(
                folder,
                PriceProject.model("trees", "{ xgboost: { rounds: 5 } }")
                        + PriceProject.model("held", "{ xgboost: { rounds: 5 } }")
                        + "serve: { engines: { threads: 1, queue: 1, deadline: 60s } }\n");
        RunPipeline.run(project, CLOCK, line -> {});
        return project;
    }

    private static int imported(LiveBackend backend, String content) {
        return backend.importModel(
                        "held",
                        new ModelImport(
                                "theirs.onnx",
                                content.getBytes(StandardCharsets.UTF_8),
                                "volume,close\n7,101\n",
                                "false,true\n0.25,0.75\n",
                                List.of(),
                                List.of(),
                                null,
                                FileLink.NONE,
                                ModelImport.TOLERANCE,
                                "ada",
                                "It is theirs."))
                .version()
                .version();
    }

    private CompletableFuture<HttpResponse<String>> ask(KeelsonServer server, String model) {
        return http.sendAsync(
                HttpRequest.newBuilder(URI.create(server.url() + "/api/v1/models/" + model + "/predict"))
                        .POST(HttpRequest.BodyPublishers.ofString(ROW))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private String metrics(KeelsonServer server) throws IOException, InterruptedException {
        return http.send(
                        HttpRequest.newBuilder(URI.create(server.url() + "/metrics")).build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    @Test
    void anEngineThatDoesNotAnswerKeepsNoOtherModelWaiting() throws IOException, InterruptedException {
        try (LiveBackend backend = LiveBackend.open(project(), CLOCK)) {
            backend.promote("held", imported(backend, "one"), "ada", "It is better.");
            try (KeelsonServer server = KeelsonServer.start(backend, "127.0.0.1", 0)) {
                HeldEngine.begun = new CountDownLatch(1);
                HeldEngine.held = new CountDownLatch(1);
                CompletableFuture<HttpResponse<String>> running = ask(server, "held");
                HeldEngine.begun.await();
                CompletableFuture<HttpResponse<String>> waiting = ask(server, "held");
                while (!metrics(server).contains("keelson_engine_waiting 1.0")) {
                    Thread.onSpinWait();
                }

                HttpResponse<String> shed = ask(server, "held").join();
                for (int i = 0; i < 200; i++) {
                    assertThat(ask(server, "trees").join().statusCode()).isEqualTo(200);
                }

                assertThat(shed.statusCode()).isEqualTo(503);
                assertThat(shed.headers().firstValue("Retry-After")).hasValue("1");
                assertThat(shed.body()).contains("K321", "1 requests wait for the 1 threads");
                assertThat(running).isNotDone();
                assertThat(metrics(server))
                        .contains(
                                "keelson_engine_threads_busy 1.0",
                                "keelson_engine_shed_total{reason=\"queue\"} 1.0",
                                "keelson_engine_shed_total{reason=\"deadline\"} 0.0");
                HeldEngine.held.countDown();
                assertThat(running.join().body()).contains("0.75");
                assertThat(waiting.join().statusCode()).isEqualTo(200);
            }
        }
    }

    @Test
    void whatRunsIsAnsweredBeforeTheServerEnds() throws IOException, InterruptedException {
        try (LiveBackend backend = LiveBackend.open(project(), CLOCK)) {
            backend.promote("held", imported(backend, "one"), "ada", "It is better.");
            KeelsonServer server = KeelsonServer.start(backend, "127.0.0.1", 0);
            HeldEngine.begun = new CountDownLatch(1);
            HeldEngine.held = new CountDownLatch(1);
            CompletableFuture<HttpResponse<String>> running = ask(server, "held");
            HeldEngine.begun.await();
            CompletableFuture<Void> drained =
                    CompletableFuture.runAsync(server::stop, task -> Thread.ofPlatform().start(task));

            HeldEngine.held.countDown();

            assertThat(running.join().statusCode()).isEqualTo(200);
            drained.join();
        }
    }

    @Test
    void filesOfVersionsThatServeNoMoreAreClosedAfterTheirLastUse() throws IOException {
        int open = HeldEngine.OPEN.get();
        try (LiveBackend backend = LiveBackend.open(project(), CLOCK)) {
            for (int i = 0; i < 40; i++) {
                backend.promote("held", imported(backend, "file " + i), "ada", "It is better.");
                assertThat(HeldEngine.OPEN.get() - open).isLessThanOrEqualTo(ServedVersions.MOST_NAMED + 2);
            }
        }
        assertThat(HeldEngine.OPEN).hasValue(open);
    }

    @Test
    void aVersionThatIsInUseWhenItIsLetGoOfIsClosedWhenItHasAnswered() throws IOException, InterruptedException {
        int open = HeldEngine.OPEN.get();
        try (LiveBackend backend = LiveBackend.open(project(), CLOCK)) {
            backend.promote("held", imported(backend, "one"), "ada", "It is better.");
            int second = imported(backend, "two");
            try (KeelsonServer server = KeelsonServer.start(backend, "127.0.0.1", 0)) {
                HeldEngine.begun = new CountDownLatch(1);
                HeldEngine.held = new CountDownLatch(1);
                CompletableFuture<HttpResponse<String>> running = ask(server, "held");
                HeldEngine.begun.await();
                CountDownLatch held = HeldEngine.held;
                HeldEngine.held = new CountDownLatch(0); // the next one is not held
                backend.promote("held", second, "ada", "It is better.");
                assertThat(backend.unload("held", 2)).isTrue();
                assertThat(HeldEngine.OPEN.get() - open).isEqualTo(2);

                held.countDown();

                assertThat(running.join().body()).contains("\"version\":2");
                while (HeldEngine.OPEN.get() - open > 1) {
                    Thread.onSpinWait(); // the answer is sent a moment after the last use
                }
            }
        }
    }
}
