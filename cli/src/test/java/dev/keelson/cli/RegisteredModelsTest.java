package dev.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.tracking.Stage;
import dev.keelson.store.files.StateFolder;
import dev.keelson.store.sqlite.SqliteCatalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands on models that clients registered and the project file does not declare. */
class RegisteredModelsTest {
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

    @BeforeEach
    void versions() throws IOException {
        Files.writeString(folder.resolve("games.csv"), "id,time,strength,result\n");
        Files.writeString(folder.resolve("keelson.yaml"), PROJECT);
        Path state = Files.createDirectories(folder.resolve(".keelson"));
        try (SqliteCatalog catalog = SqliteCatalog.open(new StateFolder(state).catalog())) {
            catalog.update(tx -> {
                for (String model : new String[] {"iris", "winner"}) {
                    tx.registry().createModel(model, "", Map.of(), Instant.EPOCH);
                    for (int i = 0; i < 3; i++) {
                        tx.registry().createVersion(model, "s3://a/b", null, null, null, "ann", "", Map.of(), Instant.EPOCH);
                    }
                }
                tx.setAlias("iris", "champion", 2);
                tx.registry().setStage("iris", 1, Stage.STAGING, false, Instant.EPOCH);
                tx.addAudit(new AuditEntry(0, Instant.EPOCH, "ann", "stage", "iris", 1, "Try it.", "{}"));
            });
        }
    }

    private Cli keelson(String line) {
        return Cli.run(folder, line.split(" "));
    }

    @Test
    void modelsThatTheProjectFileDoesNotDeclareAreListedAndShown() {
        JsonNode list = keelson("models list --json").json().path("models");
        Cli show = keelson("models show iris");
        Cli own = keelson("models show winner");

        assertThat(list).extracting(each -> each.path("name").asText()).containsExactly("winner", "iris");
        assertThat(list).extracting(each -> each.path("versions").asInt()).containsExactly(3, 3);
        assertThat(list.get(1).path("champion").path("version").asInt()).isEqualTo(2);
        assertThat(show.code()).as(show.err()).isZero();
        assertThat(show.out()).contains("v3", "v2", "v1", "champion", "client's");
        assertThat(show.err()).contains("does not declare this model");
        assertThat(own.out()).contains("v3", "client's");
    }

    @Test
    void theyHaveAHistoryCardsAndComparisons() {
        assertThat(keelson("models history iris").code()).isZero();
        assertThat(keelson("models card iris 2").out()).contains("iris");
        assertThat(keelson("models compare iris 1 2").code()).isZero();
        assertThat(keelson("models history nothing").err()).contains("K301");
    }

    @Test
    void whatCannotServeSaysSo() {
        for (String command : new String[] {
            "models promote iris 3 --reason Better", "models check iris 3", "models rollback iris 3 --reason Worse"
        }) {
            Cli refused = keelson(command);

            assertThat(refused.code()).as(command).isNotZero();
            assertThat(refused.err()).as(command).containsAnyOf("no model of it that could serve", "Nothing serves of the model (iris)");
        }
        assertThat(keelson("models check winner 3").err()).contains("keelson models import FILE --model winner --samples CSV");
    }

    @Test
    void aHeadThatIsNotInTheTrailIsTold() {
        Cli verified = keelson("audit verify --head " + "0".repeat(64));

        assertThat(verified.code()).isEqualTo(1);
        assertThat(verified.out()).contains("the head is not in this trail");
    }
}
