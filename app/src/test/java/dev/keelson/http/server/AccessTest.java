package dev.keelson.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.project.ServeDefinition;
import dev.keelson.project.ServeDefinition.Limits;
import dev.keelson.project.ServeDefinition.Role;
import dev.keelson.project.ServeDefinition.Token;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AccessTest {
    private static final ServeDefinition SERVE = new ServeDefinition(
            null,
            Map.of(
                    "board", new Token("board-board-board-board", Role.READ),
                    "extension", new Token("extension-extension-1", Role.PREDICT)),
            List.of(),
            List.of(),
            Limits.DEFAULT);

    private Instant now = Instant.parse("2024-05-01T12:00:00Z");
    private final Access access = new Access(SERVE, "local-local-local-local", () -> now);

    @Test
    void theHolderOfATokenIsKnownByItsName() {
        Access.Caller caller = Objects.requireNonNull(access.caller("bearer extension-extension-1", null));

        assertThat(caller.name()).isEqualTo("extension");
        assertThat(caller.role()).isEqualTo(Role.PREDICT);
    }

    @Test
    void commandsOfThisMachineMayDoEverything() {
        assertThat(Objects.requireNonNull(access.caller("Bearer local-local-local-local", null)).role())
                .isEqualTo(Role.ADMIN);
    }

    @Test
    void whatIsNoTokenIsNobody() {
        assertThat(access.caller("Bearer extension-extension-2", null)).isNull();
        assertThat(access.caller("Basic extension-extension-1", null)).isNull();
        assertThat(access.caller(null, null)).isNull();
        assertThat(access.caller(null, "made-up")).isNull();
    }

    @Test
    void aBrowserIsSignedInUntilItsTimeIsOverOrItSignsOut() {
        Access.Caller caller = Objects.requireNonNull(access.holder("board-board-board-board"));
        String first = access.session(caller);
        String second = access.session(caller);
        assertThat(access.caller(null, first)).isEqualTo(caller);

        access.forget(first);
        assertThat(access.caller(null, first)).isNull();
        assertThat(access.caller(null, second)).isEqualTo(caller);

        now = now.plus(Access.SESSION).plus(Duration.ofSeconds(1));
        assertThat(access.caller(null, second)).isNull();
    }

    @Test
    void withoutTokensNobodyHasToShowAnything() {
        assertThat(new Access(ServeDefinition.DEFAULT, "local-local-local-local", () -> now).isOpen())
                .isTrue();
    }

    @Test
    void aTokenIsNotPrinted() {
        assertThat(SERVE.toString()).doesNotContain("extension-extension-1");
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /api/v1/runs, READ",
        "POST, /api/2.0/mlflow/runs/search, READ",
        "POST, /api/v1/models/tips/predict, PREDICT",
        "POST, /api/v1/outcomes, PREDICT",
        "POST, /v2/models/tips/versions/3/infer, PREDICT",
        "POST, /invocations, PREDICT",
        "POST, /models/tips/invocations, PREDICT",
        "POST, /feast.serving.ServingService/GetOnlineFeatures, PREDICT",
        "POST, /api/v1/models/tips/promote, ADMIN",
        "POST, /models/tips/rollback, ADMIN",
        "POST, /api/2.0/mlflow/runs/create, ADMIN",
        "DELETE, /api/v1/runs/1, ADMIN",
        "PUT, /api/2.0/mlflow-artifacts/artifacts/a, ADMIN"
    })
    void whatARequestNeedsFollowsFromItsAddress(String method, String path, Role role) {
        assertThat(Access.needed(method, path)).isEqualTo(role);
    }
}
