package dev.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * The second half of docs/reference/cli.md is made from the commands themselves. To make it anew, run this test with the system
 * property {@code keelson.docs.write=true}.
 */
final class CliReferenceTest {
    private static final String MARK = "<!-- From here on made by CliReferenceTest. -->\n";

    @Test
    void referenceIsWhatTheCommandsSay() throws IOException {
        Path file = Repository.root().resolve("docs/reference/cli.md");
        String written = Files.readString(file);
        int mark = written.indexOf(MARK);
        assertThat(mark).as("the mark in %s", file.getFileName()).isPositive();

        String made = reference();

        if (Boolean.getBoolean("keelson.docs.write")) {
            Files.writeString(file, written.substring(0, mark) + MARK + made);
        } else {
            assertThat(written.substring(mark + MARK.length()))
                    .as("docs/reference/cli.md; -Dkeelson.docs.write=true makes it anew")
                    .isEqualTo(made);
        }
    }

    private static String reference() {
        CommandLine root = new Session(
                        Path.of(""), Map.of(), InputStream.nullInputStream(), System.out, System.err, Terminal.NONE)
                .commandLine();
        StringBuilder text = new StringBuilder();
        HelpSections.all().forEach((group, names) -> {
            text.append("\n## ").append(group).append("\n");
            names.forEach(name -> append(
                    text, Objects.requireNonNull(root.getSubcommands().get(name)).getCommandSpec()));
        });
        return text.toString();
    }

    private static void append(StringBuilder text, CommandSpec command) {
        if (!command.subcommands().isEmpty()) {
            command.subcommands().values().forEach(verb -> append(text, verb.getCommandSpec()));
            return;
        }
        text.append("\n### ").append(command.qualifiedName()).append("\n\n");
        text.append(words(command.usageMessage().description())).append('\n');
        String footer = words(command.usageMessage().footer());
        if (!footer.isEmpty()) {
            text.append(footer).append('\n');
        }
        List<ArgSpec> arguments = new java.util.ArrayList<>(command.positionalParameters());
        command.options().stream().filter(option -> !option.inherited()).forEach(arguments::add);
        if (!arguments.isEmpty()) {
            text.append("\n| argument | |\n| --- | --- |\n");
            arguments.forEach(argument -> text.append("| `")
                    .append(synopsis(argument))
                    .append("`")
                    .append(argument.required() ? " (needed)" : "")
                    .append(" | ")
                    .append(String.join(" ", argument.description()).replace("|", "\\|"))
                    .append(" |\n"));
        }
    }

    /** As they are shown: they are formats. */
    private static String words(String[] lines) {
        return String.format(Locale.ROOT, String.join(" ", lines));
    }

    private static String synopsis(ArgSpec argument) {
        return switch (argument) {
            case OptionSpec option ->
                List.of(option.names()).stream().collect(Collectors.joining("`, `"))
                        + (option.arity().max() == 0 ? "" : " " + option.paramLabel().replace("|", "\\|"));
            case PositionalParamSpec positional -> positional.paramLabel();
            default -> throw new IllegalStateException("An argument is an option or a parameter.");
        };
    }
}
