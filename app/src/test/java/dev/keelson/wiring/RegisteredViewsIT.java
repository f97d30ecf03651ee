package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.features.Materialization;
import dev.keelson.http.server.KeelsonServer;
import dev.keelson.project.Project;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Views are filled by registered definitions alone. */
final class RegisteredViewsIT {
    private static final InstantSource CLOCK = () -> Instant.parse("2024-03-04T00:00:00Z");

    private static final String PROJECT = """
            keelson: 1
            project: rides
            timezone: UTC
            sources:
              trips:
                file: trips.csv
                key: [id]
                event_time: at
                columns:
                  id:     { type: string, required: true }
                  driver: { type: string, required: true }
                  at:     { type: timestamp, required: true }
                  fare:   { type: double }
            entities:
              driver: { key: driver_id }
            feature_views:
              counts:
                entity: driver
                source: trips
                key: driver
                features:
                  trips: count(*) over 7d
              fares:
                entity: driver
                source: trips
                key: driver
                features:
                  mean: mean(fare) over 7d
              others:
                entity: driver
                source: trips
                key: driver
                features:
                  most: max(fare) over 7d
            """;

    @TempDir
    Path folder;

    @BeforeEach
    void load() throws IOException {
        write(PROJECT);
        Files.writeString(folder.resolve("trips.csv"), """
                id,driver,at,fare
                1,ann,2024-03-01T08:00:00Z,10
                2,bob,2024-03-02T08:00:00Z,20
                """);
        Datasets.change(project(), CLOCK, data -> data.load(null));
    }

    @Test
    void firstFillingRegistersWhatTheFileSays() {
        assertThat(ProjectDefinitions.isNew(project())).isTrue();

        assertThat(materialize(List.of())).hasSize(3);

        assertThat(ProjectDefinitions.isNew(project())).isFalse();
        assertThat(ProjectDefinitions.plan(project()).isEmpty()).isTrue();
    }

    @Test
    void everyViewThatIsNotAsRegisteredIsRefusedAtOnceUntilItIs() throws IOException {
        materialize(List.of());
        write(changed());

        assertThatExceptionOfType(KeelsonException.class)
                .isThrownBy(() -> materialize(List.of()))
                .satisfies(e -> assertThat(e.problems())
                        .extracting(Problem::code, Problem::message)
                        .containsExactly(
                                tuple(
                                        ErrorCode.TRANSITION_REFUSED,
                                        "The view (counts) is not as registered: feature counts:trips changed."),
                                tuple(
                                        ErrorCode.TRANSITION_REFUSED,
                                        "The view (fares) is not as registered: feature fares:least added.")));
        assertThat(materialize(List.of("others"))).hasSize(1);

        ProjectDefinitions.apply(project(), ProjectDefinitions.plan(project()), CLOCK, "ann");

        assertThat(materialize(List.of())).hasSize(3);
    }

    @Test
    void changeOfASourceThatItsViewsDoNotReadIsNoReason() throws IOException {
        materialize(List.of());
        write(PROJECT.replace("fare:   { type: double }", "fare:   { type: double, min: 0 }"));

        assertThat(ProjectDefinitions.plan(project()).isEmpty()).isFalse();
        assertThatCode(() -> materialize(List.of())).doesNotThrowAnyException();
    }

    @Test
    @Timeout(60)
    void serverRefusesAtEveryAddressAndAsksForARestartWhenTheViewsAreOthersThanItsOwn() throws Exception {
        materialize(List.of());
        Project served = project();
        try (LiveBackend backend = LiveBackend.open(served, this::project, CLOCK);
                HttpClient http = HttpClient.newHttpClient()) {
            KeelsonServer server = KeelsonServer.start(backend, KeelsonServer.DEFAULT_HOST, 0);
            try {
                write(changed());

                for (String path : List.of("/api/v1/features/materialize", "/materialize-incremental", "/materialize")) {
                    HttpResponse<String> refused = post(http, server, path);
                    assertThat(refused.statusCode()).as(path).isEqualTo(409);
                    assertThat(refused.body())
                            .contains("K307", "feature counts:trips changed", "feature fares:least added", "keelson apply");
                }

                assertThat(post(http, server, "/api/v1/apply").statusCode()).isEqualTo(200);
                HttpResponse<String> older = post(http, server, "/materialize-incremental");
                assertThat(older.statusCode()).isEqualTo(503);
                assertThat(older.body()).contains("registered anew since this process started", "restart");
            } finally {
                server.stop();
            }
        }
    }

    private static HttpResponse<String> post(HttpClient http, KeelsonServer server, String path)
            throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString("{}"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private List<Materialization.Outcome> materialize(List<String> views) {
        return LiveFeatures.change(
                project(),
                CLOCK,
                features -> features.materialize(
                        new Materialization.Request(views, null, null, false), (source, rows, total) -> {}));
    }

    private static String changed() {
        return PROJECT.replace("count(*) over 7d", "count(*) over 9d")
                .replace("mean: mean(fare) over 7d", "mean: mean(fare) over 7d\n      least: min(fare) over 7d");
    }

    private void write(String text) throws IOException {
        Files.writeString(folder.resolve("keelson.yaml"), text);
    }

    private Project project() {
        return Projects.read(folder, Map.of());
    }
}
