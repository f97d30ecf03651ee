package dev.keelson.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AlertsSectionTest {
    private static final String PROJECT = """
            keelson: 1
            project: games
            timezone: UTC
            sources:
              games: { file: g.csv, key: id, event_time: time, columns: { id: string, time: timestamp } }
            alerts:
            """;
    private static final Map<String, String> VARIABLES = Map.of(
            "TOKEN", "12345678:abc",
            "URL", "https://hooks.example.com/x",
            "SECRET", "a-secret-of-24-letters-1",
            "SMTP", "smtp://ann:pass@mail.example.com:587",
            "NONE", "");

    @TempDir
    @SuppressWarnings("NullAway.Init") // set before each test
    Path folder;

    private List<ChannelDefinition> channels(String section) throws IOException {
        Path file = folder.resolve("keelson.yaml");
        Files.writeString(file, PROJECT + section.indent(2));
        return new ProjectReader(SourceHeaders.none(), Map.of()).read(file, VARIABLES).channels();
    }

    private List<Problem> problems(String section) {
        return catchThrowableOfType(KeelsonException.class, () -> channels(section)).problems();
    }

    @Test
    void keysTellWhatAChannelIs() throws IOException {
        assertThat(channels("""
                telegram: { token: "${TOKEN}", chat: "-99", on: [drift, failure] }
                slack:    { webhook: "${URL}" }
                n8n:      { webhook: "${URL}", secret: "${SECRET}", on: [drift] }
                email:    { smtp: "${SMTP}", to: [ann@example.org] }
                """)).containsExactly(
                new ChannelDefinition.Telegram("telegram", Set.of("drift", "failure"), "12345678:abc", "-99"),
                new ChannelDefinition.Slack("slack", Set.of(), "https://hooks.example.com/x"),
                new ChannelDefinition.Webhook("n8n", Set.of("drift"), "https://hooks.example.com/x", "a-secret-of-24-letters-1"),
                new ChannelDefinition.Mail(
                        "email", Set.of(), "smtp://ann:pass@mail.example.com:587", "keelson@localhost", List.of("ann@example.org")));
    }

    @Test
    void emptyVariableTurnsAChannelOff() throws IOException {
        assertThat(channels("""
                telegram: { token: "${NONE:-}", chat: "-99" }
                n8n: { webhook: "${URL}", secret: "${NONE:-}" }
                """)).isEmpty();
    }

    @Test
    void everythingThatIsWrongIsToldAtOnce() {
        assertThat(problems("""
                one: { chat: "-99" }
                two: { webhook: "${URL}", secret: short-but-written-out }
                three: { smtp: "mail.example.com", to: [nobody] }
                four: { token: "${TOKEN}", chat: "1", to: [a@b.org], on: [rain] }
                """)).extracting(Problem::code)
                .contains(ErrorCode.MISSING_KEY, ErrorCode.SECRET_IN_FILE, ErrorCode.BAD_VALUE)
                .hasSizeGreaterThanOrEqualTo(5);
    }
}
