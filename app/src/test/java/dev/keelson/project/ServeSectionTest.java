package dev.keelson.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.project.ServeDefinition.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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

    private ServeDefinition serve(String section, Map<String, String> environment) throws IOException {
        Path file = folder.resolve("keelson.yaml");
        Files.writeString(file, "keelson: 1\nproject: games\ntimezone: UTC\nsources: { games: { file: g.csv, key: id, event_time: time, columns: { id: string, time: timestamp } } }\n" + section);
        return new ProjectReader(SourceHeaders.none(), Map.of()).read(file, environment).serve();
    }

    private void assertRefused(String section, Map<String, String> environment, ErrorCode code, String part) {
        assertThatThrownBy(() -> serve(section, environment))
                .isInstanceOfSatisfying(KeelsonException.class, e -> {
                    assertThat(e.problems().getFirst().code()).isEqualTo(code);
                    assertThat(e.problems().getFirst().message()).contains(part);
                });
    }

    @Test
    void withoutASectionThisMachineAloneIsServed() throws IOException {
        assertThat(serve("", Map.of())).isEqualTo(ServeDefinition.DEFAULT);
    }

    @Test
    void everythingCanBeSaid() throws IOException {
        ServeDefinition serve = serve(
                """
                serve:
                  tokens:
                    me:    { token: "${ME}", role: admin }
                    board: { token: "${BOARD}" }
                    off:   { token: "${OFF:-}" }
                  origins: ["https://board.example.com:8443", "chrome-extension://abcdef"]
                  hosts: [keelson.example.com]
                  limits: { connections: 100, per_address: 20, per_client: 50, rows: 1000, delay: 40ms, receive: 5s,
                            idle: 1m, notice: 3s, drain: 2s }
                  engines: { threads: 3, queue: 7, deadline: 2s }
                """,
                Map.of("ME", "a-secret-of-24-letters-1", "BOARD", "a-secret-of-24-letters-2"));

        assertThat(serve.tokens().keySet()).containsExactly("me", "board");
        assertThat(serve.tokens().get("me")).extracting(ServeDefinition.Token::role).isEqualTo(Role.ADMIN);
        assertThat(serve.tokens().get("board")).extracting(ServeDefinition.Token::role).isEqualTo(Role.PREDICT);
        assertThat(serve.origins()).containsExactly("https://board.example.com:8443", "chrome-extension://abcdef");
        assertThat(serve.hosts()).containsExactly("keelson.example.com");
        assertThat(serve.engines()).isEqualTo(new ServeDefinition.Engines(3, 7, Duration.ofSeconds(2)));
        assertThat(serve.limits())
                .isEqualTo(new ServeDefinition.Limits(
                        100,
                        20,
                        50,
                        1000,
                        Duration.ofMillis(40),
                        Duration.ofSeconds(5),
                        Duration.ofMinutes(1),
                        Duration.ofSeconds(3),
                        Duration.ofSeconds(2)));
    }

    @Test
    void aTokenIsNeitherWrittenOutNorShort() {
        assertRefused(
                "serve: { tokens: { me: { token: a-secret-of-24-letters-1 } } }\n",
                Map.of(),
                ErrorCode.SECRET_IN_FILE,
                "serve.tokens.me");
        assertRefused(
                "serve: { tokens: { me: { token: '${ME}' } } }\n",
                Map.of("ME", "short"),
                ErrorCode.BAD_VALUE,
                "has 5 characters");
    }

    @Test
    void anOriginHasNoPathAndAModelMustExist() {
        assertRefused("serve: { origins: ['https://a.example.com/page'] }\n", Map.of(), ErrorCode.BAD_VALUE, "serve.origins");
        assertRefused("serve: { origins: ['*'] }\n", Map.of(), ErrorCode.BAD_VALUE, "serve.origins");
        assertRefused("serve: { default_model: tips }\n", Map.of(), ErrorCode.UNKNOWN_REFERENCE, "`tips`");
    }

    private ServeDefinition models(String section) throws IOException {
        Path file = folder.resolve("keelson.yaml");
        Files.writeString(file, PROJECT + section);
        return new ProjectReader(SourceHeaders.none(), Map.of()).read(file, Map.of()).serve();
    }

    @Test
    void theModelOfAddressesWithoutANameIsNamed() throws IOException {
        assertThat(models("serve: { default_model: winners }\n").defaultModel()).isEqualTo("winners");
        assertThat(models("").defaultModel()).isNull();
    }

    @Test
    void aModelThatIsNotThereIsRefusedWithTheNearest() {
        KeelsonException refused = catchThrowableOfType(
                KeelsonException.class, () -> models("serve: { default_model: winner }\n"));

        assertThat(refused.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.code()).isEqualTo(ErrorCode.UNKNOWN_REFERENCE);
            assertThat(problem.hint()).contains("winners");
        });
    }

    @Test
    void wrongColumnsBanditsAndWrittenSecretsOfBetsAreTold() {
        assertThatThrownBy(() -> models(
                        """
                        serve:
                          bets:
                            model: winners
                            odds: won
                            stake: x
                            profit: x
                            by: [id]
                            bandit: stakes
                            webhook: { url: "ftp://example.com", secret: written-out-in-the-file }
                        """))
                .isInstanceOfSatisfying(KeelsonException.class, e -> assertThat(e.problems())
                        .extracting(problem -> problem.code())
                        .containsExactlyInAnyOrder(
                                ErrorCode.EXPRESSION_TYPE,
                                ErrorCode.UNKNOWN_REFERENCE,
                                ErrorCode.BAD_VALUE,
                                ErrorCode.SECRET_IN_FILE));
    }
}
