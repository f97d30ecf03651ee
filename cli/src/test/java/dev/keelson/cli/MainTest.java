package dev.keelson.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;

final class MainTest {
    @TempDir
    Path folder;

    /** A command that ends in a given way. */
    @Command(name = "fails")
    private static final class Failing implements Callable<Integer> {
        private final Throwable failure;

        Failing(Throwable failure) {
            this.failure = failure;
        }

        @Override
        public Integer call() throws Exception {
            if (failure instanceof Error error) {
                throw error;
            }
            throw (Exception) failure;
        }
    }

    private Cli fail(Throwable failure, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Session session = new Session(
                folder,
                Map.of(),
                InputStream.nullInputStream(),
                new PrintStream(out, true, UTF_8),
                new PrintStream(err, true, UTF_8),
                Terminal.NONE);
        int code = session.run(args, root -> root.addSubcommand(new CommandLine(new Failing(failure))));
        return new Cli(code, out.toString(UTF_8), err.toString(UTF_8));
    }

    @Test
    void withoutArgumentsItShowsWhatThereIs() {
        Cli cli = Cli.run(folder);

        assertThat(cli.code()).isZero();
        assertThat(cli.out()).contains("Usage: keelson", "demo", "explain", "Exit codes");
        assertThat(cli.err()).isEmpty();
    }

    @Test
    void everyCommandStandsInTheHelp() {
        CommandLine root = new Session(
                        folder, Map.of(), InputStream.nullInputStream(), System.out, System.err, Terminal.NONE)
                .commandLine();

        assertThat(HelpSections.all().values().stream().flatMap(java.util.List::stream))
                .containsExactlyInAnyOrderElementsOf(root.getSubcommands().entrySet().stream()
                        .filter(each -> !each.getValue().getCommandSpec().usageMessage().hidden())
                        .map(Map.Entry::getKey)
                        .toList());
    }

    @Test
    void folderMayBeCalledAsACommandIs() {
        Cli cli = Cli.run(folder, "-C", "bets", "status");

        assertThat(cli.code()).isEqualTo(2);
        assertThat(cli.err()).contains("bets").doesNotContain("Expected parameter for option");
    }

    @ParameterizedTest
    @CsvSource({
        "statsu, status", "simulate leage, league", "drift chek, check", "--jsno status, --json", "data lod, load",
        "models promte a 1, promote"
    })
    void misspeltArgumentsAreUsageErrorsWithASuggestion(String line, String meant) {
        Cli cli = Cli.run(folder, line.split(" "));

        assertThat(cli.code()).isEqualTo(2);
        assertThat(cli.out()).isEmpty();
        assertThat(cli.err()).startsWith("error[K407]: ").contains("Maybe `" + meant + "` was meant");
    }

    @ParameterizedTest
    @CsvSource({
        "data, load", "explain K101 K102, K102", "replay --from tomorrow, 2018-08-01", "init x, --example",
        "serve --port many, --port", "-C nowhere status, nowhere", "predictions list --limit 0, --limit"
    })
    void otherUsageErrorsSayWhatWasExpected(String line, String named) {
        Cli.run(folder, "init", "--example", "football");

        Cli cli = Cli.run(folder, line.split(" "));

        assertThat(cli.code()).isEqualTo(2);
        assertThat(cli.out()).isEmpty();
        assertThat(cli.err()).startsWith("error[K407]: ").contains(named).doesNotContain("\tat ");
    }

    @Test
    void errorIsOneDocumentWithJson() {
        Cli usage = Cli.run(folder, "status", "--josn", "--json");
        Cli missing = Cli.run(folder, "--json", "validate");

        assertThat(usage.code()).isEqualTo(2);
        assertThat(usage.json().at("/error/code").asText()).isEqualTo("K407");
        assertThat(missing.code()).isEqualTo(2);
        assertThat(missing.json().at("/error/code").asText()).isEqualTo("K115");
        assertThat(missing.json().at("/error/hint").asText()).contains("keelson init");
        assertThat(missing.err()).isEmpty();
    }

    @Test
    void crashIsAnErrorAndNeverAnAnswer() {
        Cli crash = fail(new IllegalStateException("the roof fell in"), "fails");
        Cli error = fail(new StackOverflowError(), "fails");
        Cli document = fail(new IllegalStateException("the roof fell in"), "--json", "fails");

        assertThat(crash.code()).isEqualTo(2);
        assertThat(crash.err()).contains("error[K501]", "the roof fell in", "-v").doesNotContain("\tat ");
        assertThat(error.code()).isEqualTo(2);
        assertThat(document.code()).isEqualTo(2);
        assertThat(document.json().at("/error/code").asText()).isEqualTo("K501");
    }

    @Test
    void stackTraceIsShownWhenAskedFor() {
        Cli cli = fail(new IllegalStateException("the roof fell in"), "-v", "fails");

        assertThat(cli.code()).isEqualTo(2);
        assertThat(cli.err()).contains("java.lang.IllegalStateException: the roof fell in", "\tat dev.keelson.cli.MainTest");
    }

    @Test
    void onlyAnswersExitWithOne() {
        for (ErrorCode code : ErrorCode.values()) {
            boolean answer = code == ErrorCode.DATA_BLOCKED || code == ErrorCode.TRANSITION_REFUSED;

            Cli cli = fail(new KeelsonException(code, "No.", null), "fails");

            assertThat(cli.code()).as(code.name()).isEqualTo(answer ? 1 : 2);
            assertThat(cli.err()).startsWith("error[" + code.code() + "]: No.");
        }
    }

    @Test
    void fullDiskAndExhaustedMemoryAreNamed() {
        Cli disk = fail(new java.io.UncheckedIOException(new java.io.IOException("No space left on device")), "fails");
        Cli memory = fail(new OutOfMemoryError("Java heap space"), "fails");

        assertThat(disk.code()).isEqualTo(2);
        assertThat(disk.err()).contains("error[K401]", "The disk is full");
        assertThat(memory.code()).isEqualTo(2);
        assertThat(memory.err()).contains("The memory was not enough", "KEELSON_JAVA_OPTS");
    }

    @Test
    void versionIsData() {
        Cli flag = Cli.run(folder, "--version");
        Cli command = Cli.run(folder, "version", "--json");

        assertThat(flag.code()).isZero();
        assertThat(flag.out()).startsWith("keelson ");
        assertThat(command.json().get("java").asText()).startsWith("25");
    }

    @Test
    void quietLeavesRemarksAway() {
        Cli loud = Cli.run(folder, "init", "a", "--example", "football");
        Cli quiet = Cli.run(folder, "-q", "init", "b", "--example", "football");

        assertThat(loud.err()).contains("Next:");
        assertThat(quiet.err()).isEmpty();
        assertThat(quiet.out().lines()).anyMatch(line -> line.endsWith("keelson.yaml"));
    }
}
