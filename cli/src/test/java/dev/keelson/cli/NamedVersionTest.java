package dev.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.error.KeelsonException;
import dev.keelson.project.Project;
import dev.keelson.registry.tracking.Stage;
import dev.keelson.store.files.StateFolder;
import dev.keelson.store.sqlite.SqliteCatalog;
import dev.keelson.wiring.Projects;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NamedVersionTest {
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

    private Project project;

    @BeforeEach
    void versions() throws IOException {
        Files.writeString(folder.resolve("games.csv"), "id,time,strength,result\n");
        Files.writeString(folder.resolve("keelson.yaml"), PROJECT);
        project = Projects.validate(folder, Map.of());
        Path state = Files.createDirectories(folder.resolve(".keelson"));
        try (SqliteCatalog catalog = SqliteCatalog.open(new StateFolder(state).catalog())) {
            catalog.update(tx -> {
                for (String model : new String[] {"winner", "bandit/stakes"}) {
                    tx.registry().createModel(model, "", Map.of(), Instant.EPOCH);
                    for (int i = 0; i < 3; i++) {
                        tx.registry().createVersion(model, "s3://a/b", null, null, null, "ann", "", Map.of(), Instant.EPOCH);
                    }
                    tx.setAlias(model, "champion", 2);
                    tx.registry().setStage(model, 1, Stage.STAGING, false, Instant.EPOCH);
                }
            });
        }
    }

    @Test
    void aVersionIsNamedByModelAndWordOrByOneReference() {
        assertThat(NamedVersion.of(project, "winner", null)).isEqualTo(new NamedVersion("winner", null));
        assertThat(NamedVersion.of(project, "winner", "v3").number()).isEqualTo(3);
        assertThat(NamedVersion.of(project, "winner", "champion").number()).isEqualTo(2);
        assertThat(NamedVersion.of(project, "winner", "@champion").number()).isEqualTo(2);
        assertThat(NamedVersion.of(project, "winner", "Staging").number()).isEqualTo(1);
        assertThat(NamedVersion.of(project, "winner", "latest").number()).isEqualTo(3);
        assertThat(NamedVersion.of(project, "winner", "models:/winner/3").number()).isEqualTo(3);
        assertThat(NamedVersion.of(project, "models:/winner/3", null)).isEqualTo(new NamedVersion("winner", 3));
        assertThat(NamedVersion.of(project, "models:/winner@champion", null)).isEqualTo(new NamedVersion("winner", 2));
        assertThat(NamedVersion.of(project, "models:/winner/Staging", null)).isEqualTo(new NamedVersion("winner", 1));
    }

    @Test
    void aBanditsVersionIsNamedByItsNameOrByAReference() {
        assertThat(NamedVersion.ofBandit(project, "stakes", "3")).isEqualTo(new NamedVersion("stakes", 3));
        assertThat(NamedVersion.ofBandit(project, "stakes", "champion")).isEqualTo(new NamedVersion("stakes", 2));
        assertThat(NamedVersion.ofBandit(project, "models:/bandit/stakes@champion", null))
                .isEqualTo(new NamedVersion("stakes", 2));
        assertThatThrownBy(() -> NamedVersion.ofBandit(project, "models:/winner/3", null))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("no bandit");
    }

    @Test
    void whatNamesNoVersionOrTwoIsRefused() {
        assertThatThrownBy(() -> NamedVersion.of(project, "winner", null).number())
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("No version of the model (winner)");
        assertThatThrownBy(() -> NamedVersion.of(project, "models:/winner/3", "2"))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("another one");
        assertThatThrownBy(() -> NamedVersion.of(project, "winner", "nobody"))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("nobody");
        assertThatThrownBy(() -> NamedVersion.of(project, "models:/winner/9", null)).isInstanceOf(KeelsonException.class);
    }
}
