package dev.keelson.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ServeSectionTest {
    private static final String PROJECT =
            """
            keelson: 1
            project: games
            timezone: UTC
            sources:
              games:
                file: g.csv
                key: id
                event_time: time
                columns: { id: string, time: timestamp, x: double, won: { type: enum, values: [lost, won] } }
                outcomes: { columns: [won], known_after: 1h }
            models:
              winners: { label: games.won, features: [x], validate: { embargo: 1d } }
            """;

    @TempDir
    @SuppressWarnings("NullAway.Init") // set before each test
    Path folder;

    private ServeDefinition serve(String section) throws IOException {
        Path file = folder.resolve("keelson.yaml");
        Files.writeString(file, PROJECT + section);
        return new ProjectReader(SourceHeaders.none(), Map.of()).read(file, Map.of()).serve();
    }

    @Test
    void theModelOfAddressesWithoutANameIsNamed() throws IOException {
        assertThat(serve("serve: { default_model: winners }\n").defaultModel()).isEqualTo("winners");
        assertThat(serve("").defaultModel()).isNull();
    }

    @Test
    void aModelThatIsNotThereIsRefusedWithTheNearest() {
        KeelsonException refused = catchThrowableOfType(
                KeelsonException.class, () -> serve("serve: { default_model: winner }\n"));

        assertThat(refused.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.code()).isEqualTo(ErrorCode.UNKNOWN_REFERENCE);
            assertThat(problem.hint()).contains("winners");
        });
    }
}
