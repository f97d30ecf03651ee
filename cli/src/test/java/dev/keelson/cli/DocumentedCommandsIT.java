package dev.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.keelson.project.ProjectTemplate;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * The commands shown in README.md, in docs/guide and in the README.md of each example work as shown.
 *
 * <p>In a fenced block whose language is {@code console}, each line that starts with {@code $ ./keelson} is run, in order, all
 * those of one document in one temporary folder. It must exit with 0, or as a remark at its end says: {@code # exit 1}. A line
 * {@code $ cd DIR} changes the folder; {@code \} at the end goes on in the next line. The lines below a command are its output:
 * each must occur in what it prints, in that order, where {@code ...} stands for anything. Commands of a block
 * {@code console no-run} are only parsed: commands and options must exist. A block {@code csv NAME} is a file that the reader makes in
 * the folder reached by then. Other lines with {@code $} belong into {@code sh}
 * blocks, which are not looked at.
 */
final class DocumentedCommandsIT {
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```(?:console( no-run)?|csv (\\S+))[ \\t]*\\n(.*?)^```[ \\t]*$");
    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|'([^']*)'|(\\S+)");
    private static final Pattern EXIT = Pattern.compile("\\s#(?:.*\\bexit (\\d+))?.*$");

    /** A command of a document; with the name of a file, its output is the file's text. */
    private record Shown(boolean run, String line, int exit, List<String> output, @Nullable String file) {
        List<String> words() {
            List<String> words = new ArrayList<>();
            Matcher matcher = WORD.matcher(line);
            while (matcher.find()) {
                words.add(matcher.group(1) != null ? matcher.group(1) : matcher.group(2) != null ? matcher.group(2) : matcher.group(3));
            }
            return words;
        }
    }

    @TestFactory
    Stream<DynamicTest> everyDocumentTellsTheTruth(@TempDir Path folder) throws IOException {
        List<Path> documents = new ArrayList<>();
        Path root = Repository.root();
        if (Files.isRegularFile(root.resolve("README.md"))) {
            documents.add(root.resolve("README.md"));
        }
        try (Stream<Path> guides = Files.walk(root.resolve("docs"))) {
            guides.filter(file -> file.toString().endsWith(".md")
                            && root.resolve("docs").relativize(file).startsWith("guide"))
                    .sorted()
                    .forEach(documents::add);
        }
        for (String example : ProjectTemplate.EXAMPLES) {
            documents.add(root.resolve("examples/" + example + "/README.md"));
        }
        return documents.stream().map(document -> dynamicTest(root.relativize(document).toString(), () -> {
            Path own = Files.createDirectory(folder.resolve(Integer.toString(documents.indexOf(document))));
            play(own, Files.readString(document));
        }));
    }

    @Test
    void mechanismRunsComparesAndRefuses(@TempDir Path folder) throws IOException {
        String good = """
                ```console
                $ ./keelson init p --example football
                ...
                $ cd p
                $ ./keelson validate   # fine
                keelson.yaml is valid: ... models.
                $ ./keelson explain K999   # exit 2
                ```
                ```console no-run
                $ ./keelson serve --port 0
                ```
                """;
        play(folder, good);

        for (String bad : List.of(
                "```console\n$ ./keelson explain K999\n```\n",
                "```console\n$ ./keelson version\nanother text\n```\n",
                "```console no-run\n$ ./keelson serve --nowhere\n```\n",
                "```console\n$ rm -r p\n```\n")) {
            assertThatThrownBy(() -> play(folder, bad))
                    .isInstanceOfAny(AssertionError.class, CommandLine.ParameterException.class);
        }
    }

    private static void play(Path folder, String document) throws IOException {
        Path at = folder;
        for (Shown shown : commands(document)) {
            if (shown.file() != null) {
                Files.write(at.resolve(shown.file()), shown.output());
                continue;
            }
            List<String> words = shown.words();
            if (words.getFirst().equals("cd")) {
                at = at.resolve(words.get(1)).normalize();
                assertThat(at).as("$ %s", shown.line()).isDirectory().startsWith(folder);
                continue;
            }
            assertThat(words.getFirst()).as("$ %s", shown.line()).isIn("./keelson", "keelson");
            String[] args = words.subList(1, words.size()).toArray(String[]::new);
            if (shown.run()) {
                Cli cli = Cli.run(at, args);
                assertThat(cli.code()).as("$ %s\n%s%s", shown.line(), cli.out(), cli.err()).isEqualTo(shown.exit());
                assertShown(shown, cli);
            } else {
                PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
                new Session(at, Map.of(), InputStream.nullInputStream(), nowhere, nowhere, Terminal.NONE)
                        .commandLine(args)
                        .parseArgs(args); // throws when something does not exist
            }
        }
    }

    private static void assertShown(Shown shown, Cli cli) {
        String printed = squeezed(cli.out()) + "\n" + squeezed(cli.err());
        for (String line : shown.output()) {
            String pattern = Stream.of(squeezed(line).split("\\.\\.\\.", -1)).map(Pattern::quote).reduce((a, b) -> a + ".*" + b).orElse("");
            assertThat(Pattern.compile(pattern).matcher(printed).find())
                    .as("$ %s\nshows `%s`, but prints\n%s", shown.line(), line, printed)
                    .isTrue();
        }
    }

    /** Columns of a table are padded for people: any white space is like any other. */
    private static String squeezed(String text) {
        return text.replaceAll("[ \\t]+", " ").replaceAll("(?m)^ | $", "");
    }

    private static List<Shown> commands(String document) {
        List<Shown> commands = new ArrayList<>();
        Matcher blocks = BLOCK.matcher(document);
        while (blocks.find()) {
            boolean run = blocks.group(1) == null;
            List<String> output = new ArrayList<>();
            if (blocks.group(2) != null) {
                commands.add(new Shown(run, "", 0, blocks.group(3).lines().toList(), blocks.group(2)));
                continue;
            }
            for (String line : blocks.group(3).replace("\\\n", " ").lines().toList()) {
                if (line.startsWith("$ ")) {
                    output = new ArrayList<>();
                    Matcher remark = EXIT.matcher(line);
                    boolean remarked = remark.find();
                    int exit = remarked && remark.group(1) != null ? Integer.parseInt(remark.group(1)) : 0;
                    String command = remarked ? line.substring(2, remark.start()) : line.substring(2);
                    commands.add(new Shown(run, command.strip(), exit, output, null));
                } else if (!line.isBlank() && !line.strip().equals("...")) {
                    output.add(line);
                }
            }
        }
        return commands;
    }
}
