package dev.keelson.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RegistrySectionTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // set before each test
    Path folder;

    private @Nullable RegistryDefinition registry(String section, Map<String, String> environment) throws IOException {
        Path file = folder.resolve("keelson.yaml");
        Files.writeString(file, "keelson: 1\nproject: games\ntimezone: UTC\nsources: { games: { file: g.csv, key: id, event_time: time, columns: { id: string, time: timestamp } } }\n" + section);
        return new ProjectReader(SourceHeaders.none(), Map.of()).read(file, environment).registry();
    }

    @Test
    void theAddressAndTheTokenComeFromVariables() throws IOException {
        RegistryDefinition registry = Objects.requireNonNull(registry(
                "registry: { remote: '${MLFLOW_TRACKING_URI}', token: '${MLFLOW_TOKEN}', write: [runs], resolve: local }\n",
                Map.of("MLFLOW_TRACKING_URI", "https://mlflow.example.org/", "MLFLOW_TOKEN", "hush-hush")));

        assertThat(registry.address()).hasToString("https://mlflow.example.org");
        assertThat(registry.runs()).isTrue();
        assertThat(registry.versions()).isFalse();
        assertThat(registry.remoteFirst()).isFalse();
        assertThat(registry.toString()).doesNotContain("hush-hush");
    }

    @Test
    void bothAreToldAndTheOtherSideComesFirstUnlessSaidOtherwise() throws IOException {
        RegistryDefinition registry =
                Objects.requireNonNull(registry("registry: { remote: 'http://localhost:5000' }\n", Map.of()));

        assertThat(registry.runs() && registry.versions() && registry.remoteFirst()).isTrue();
    }

    @Test
    void withoutASectionOrAnAddressThereIsNone() throws IOException {
        assertThat(registry("", Map.of())).isNull();
        assertThat(registry("registry: { remote: '${MLFLOW_TRACKING_URI:-}' }\n", Map.of())).isNull();
    }

    @Test
    void aTokenThatIsWrittenOutIsRefused() {
        assertRefused("registry: { remote: 'http://localhost:5000', token: 'hush-hush' }\n", ErrorCode.SECRET_IN_FILE);
    }

    @Test
    void whatIsNoAddressOrHasAPasswordIsRefused() {
        assertRefused("registry: { remote: 'mlruns' }\n", ErrorCode.BAD_VALUE);
        assertRefused("registry: { remote: '${URI}' }\n", ErrorCode.BAD_VALUE);
        assertRefused(
                "registry: { remote: 'http://localhost:5000', token: '${TOKEN}', username: ann }\n", ErrorCode.BAD_VALUE);
        assertRefused("registry: { remote: 'http://localhost:5000', password: '${TOKEN}' }\n", ErrorCode.MISSING_KEY);
    }

    private void assertRefused(String section, ErrorCode code) {
        assertThatThrownBy(() -> registry(section, Map.of("URI", "https://ann:hush-hush@example.org", "TOKEN", "hush-hush")))
                .isInstanceOfSatisfying(KeelsonException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageNotContaining("hush-hush");
    }
}
