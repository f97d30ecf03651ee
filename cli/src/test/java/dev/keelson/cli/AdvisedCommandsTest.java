package dev.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** Commands that pages and messages advise are there, know the options named, and take a name where one is given. */
final class AdvisedCommandsTest {
    /** Up to the end of the literal, the code or the element; a blank at the end is followed by a value. */
    private static final Pattern ADVICE = Pattern.compile("[`\">]keelson ([a-z][^`\"<]*)");

    private static final Pattern OPTION = Pattern.compile("--[a-z][a-z-]*");
    private static final Pattern WITH_VALUE = Pattern.compile("--?[a-z][a-z-]*( ?\\S+)?");

    private final CommandSpec root = new Session(
                    Path.of(""), Map.of(), InputStream.nullInputStream(), System.out, System.err, Terminal.NONE)
            .commandLine()
            .getCommandSpec();

    private static List<Path> sources() throws IOException {
        List<Path> sources = new ArrayList<>();
        for (String folder : List.of("app/src/main/jte", "app/src/main/java/dev/keelson/console", "flow/src/main/java/dev/keelson/monitor", "app/src/main/java/dev/keelson/http")) {
            try (Stream<Path> files = Files.walk(Repository.root().resolve(folder))) {
                files.filter(each -> each.toString().matches(".*\\.(java|jte)")).forEach(sources::add);
            }
        }
        return sources;
    }

    @Test
    void whatIsAdvisedCanBeTyped() throws IOException {
        List<String> wrong = new ArrayList<>();
        int seen = 0;
        for (Path source : sources()) {
            Matcher advice = ADVICE.matcher(Files.readString(source));
            while (advice.find()) {
                seen++;
                String problem = problem(advice.group(1));
                if (problem != null) {
                    wrong.add("%s: keelson %s: %s".formatted(source.getFileName(), advice.group(1), problem));
                }
            }
        }

        assertThat(seen).isGreaterThan(50);
        assertThat(wrong).isEmpty();
    }

    @Test
    void wrongAdviceIsFound() {
        assertThat(problem("drift check ")).isEqualTo("takes no name");
        assertThat(problem("analyze --file FILE")).isEqualTo("is no command");
        assertThat(problem("drift check --modle ")).isEqualTo("has no option --modle");
        assertThat(problem("drift check --model ")).isNull();
        assertThat(problem("health ")).isNull();
    }

    private @Nullable String problem(String advice) {
        CommandSpec command = root;
        String rest = advice;
        while (true) {
            CommandLine next = command.subcommands().get(rest.split("[ \\n]", 2)[0]);
            if (next == null) {
                break;
            }
            command = next.getCommandSpec();
            String[] parts = rest.split(" ", 2);
            rest = parts.length == 1 ? "" : parts[1].isEmpty() ? "NAME" : parts[1];
        }
        if (!command.subcommands().isEmpty()) {
            return "is no command";
        }
        for (Matcher option = OPTION.matcher(rest); option.find(); ) {
            if (command.findOption(option.group()) == null) {
                return "has no option " + option.group();
            }
        }
        boolean named = !WITH_VALUE.matcher(rest).replaceAll("").isBlank();
        return named && command.positionalParameters().isEmpty() ? "takes no name" : null;
    }
}
