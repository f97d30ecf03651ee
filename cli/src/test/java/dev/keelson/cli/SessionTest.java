package dev.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

final class SessionTest {
    private static final Set<String> WITHOUT_A_PROJECT =
            Set.of("demo", "init", "import", "explain", "version", "api", "mlflow-artifacts");

    @Test
    void everyCommandOfAProjectIsSuggestedWithTheOptionsThatNameIt() {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
        Session session = new Session(
                Path.of(""), Map.of(), InputStream.nullInputStream(), nowhere, nowhere, Terminal.NONE);
        CommandLine line = session.commandLine();
        line.parseArgs("-C", "stocks", "run");
        Set<String> commands = new TreeSet<>(line.getSubcommands().keySet());
        commands.removeAll(WITHOUT_A_PROJECT);

        assertThat(commands).contains("run", "features", "plan").allSatisfy(command -> assertThat(
                        session.withOptions("Next: `keelson %s x`, or that.".formatted(command)))
                .isEqualTo("Next: `keelson -C stocks %s x`, or that.".formatted(command)));
        assertThat(session.withOptions("`keelson init x`")).isEqualTo("`keelson init x`");
    }
}
