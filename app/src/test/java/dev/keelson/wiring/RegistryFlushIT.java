package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.http.mlflow.ServedCatalog;
import dev.keelson.project.Project;
import dev.keelson.registry.Run;
import dev.keelson.remote.RegistryLink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a command has queued for the other registry is told at its end. */
class RegistryFlushIT {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final InstantSource CLOCK = InstantSource.fixed(NOW);
    private static final Duration WHILE = Duration.ofSeconds(30);
    private static final String PROJECT = """
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

    @TempDir
    Path folder;

    @Test
    void whatWaitsIsSentForAWhileAndTheRestStaysQueued() throws IOException {
        RegistryLink.Sent sent;
        RegistryLink.Sent brief;
        Project project;
        try (ServedCatalog other = ServedCatalog.start(Files.createDirectories(folder.resolve("other")))) {
            project = project("registry: { remote: %s }%n".formatted(other.url()));
            queue(project, 1);

            brief = ProjectRegistry.flush(project, CLOCK, Duration.ZERO);
            sent = ProjectRegistry.flush(project, CLOCK, WHILE);

            assertThat(brief).isNotNull().satisfies(each -> assertThat(each.waiting()).isPositive());
            assertThat(sent).isNotNull().satisfies(each -> {
                assertThat(each.sent()).isPositive();
                assertThat(each.waiting()).isZero();
                assertThat(each.problem()).isNull();
            });
            assertThat(ProjectRegistry.flush(project, CLOCK, WHILE)).isNull();
        }
        queue(project, 2);

        RegistryLink.Sent down = ProjectRegistry.flush(project, CLOCK, WHILE);

        assertThat(down).isNotNull().satisfies(each -> {
            assertThat(each.sent()).isZero();
            assertThat(each.waiting()).isPositive();
            assertThat(each.problem()).contains("cannot be reached");
        });
    }

    @Test
    void withoutAnotherRegistryNothingIsSent() throws IOException {
        assertThat(ProjectRegistry.flush(project(""), CLOCK, WHILE)).isNull();
    }

    private Project project(String registry) throws IOException {
        Path home = Files.createDirectories(folder.resolve("project"));
        Files.writeString(home.resolve("games.csv"), "id,time,strength,result\n");
        Files.writeString(home.resolve("keelson.yaml"), PROJECT + registry);
        return Projects.validate(home, Map.of());
    }

    private static void queue(Project project, int number) {
        try (Workspace workspace = new Workspace(project)) {
            workspace.catalog()
                    .update(tx -> tx.putRun(new Run(
                            "%032x".formatted(number),
                            "winner",
                            Run.Status.FINISHED,
                            NOW,
                            NOW.plusSeconds(60),
                            Map.of("rounds", "1"),
                            Map.of("log_loss", 0.5),
                            Map.of("kind", "test"),
                            List.of(),
                            "{}")));
        }
    }
}
