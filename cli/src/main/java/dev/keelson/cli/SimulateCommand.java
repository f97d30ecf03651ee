package dev.keelson.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.simulate.FeedFault;
import dev.keelson.simulate.LeagueCsv;
import dev.keelson.simulate.LeagueSettings;
import dev.keelson.simulate.SimulatedLeague;
import dev.keelson.simulate.SimulatedMatch;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code keelson simulate}. */
@Command(
        name = "simulate",
        description = "Make data with known truth.",
        subcommands = SimulateCommand.League.class)
final class SimulateCommand extends CommandGroup {

    /** {@code keelson simulate league}. */
    @Command(
            name = "league",
            description = "Write the matches of a football league whose true probabilities are known.",
            footer = "The same settings give the same file, on every machine.")
    static final class League extends KeelsonCommand {
        @Option(
                names = "--seasons",
                paramLabel = "N",
                defaultValue = "8",
                description = "Seasons, 1 to 30 (default: 8).")
        int seasons = LeagueSettings.DEFAULT_SEASONS;

        @Option(names = "--seed", paramLabel = "N", defaultValue = "42", description = "Seed (default: 42).")
        long seed = LeagueSettings.DEFAULT_SEED;

        @Option(
                names = "--out",
                paramLabel = "FILE",
                required = true,
                description = "File to write: .csv, .csv.gz, or - for standard output.")
        String out = "";

        @Option(names = "--constant", description = "Nothing ever changes: every drift alarm on it is false.")
        boolean constant;

        @Option(names = "--with-truth", description = "Add the true probabilities as three columns.")
        boolean withTruth;

        @Option(
                names = "--fault",
                paramLabel = "BOOKMAKER:DATE:SCALE",
                description = "Multiply the odds of a bookmaker from a day on, such as B365:2019-09-01:1.2.")
        @Nullable String fault;

        @Override
        int run(Session session) {
            boolean standardOutput = out.equals("-");
            if (!standardOutput && !out.endsWith(".csv") && !out.endsWith(".csv.gz")) {
                throw new KeelsonException(
                        ErrorCode.USAGE,
                        "The file (%s) must end in .csv or .csv.gz.".formatted(out),
                        "Maybe add the ending; - means standard output.");
            }
            if (standardOutput && session.console().json()) {
                throw new KeelsonException(
                        ErrorCode.USAGE, "--out - and --json both ask for standard output.", "Maybe name a file.");
            }
            List<SimulatedMatch> matches = SimulatedLeague.generate(settings());
            if (standardOutput) {
                print(session, matches);
                return YES;
            }
            Path file = session.path(out);
            write(file, matches);
            session.console().line("%s\t%d matches".formatted(session.shown(file), matches.size()));
            session.console()
                    .document(JsonNodeFactory.instance
                            .objectNode()
                            .put("file", out)
                            .put("matches", matches.size())
                            .put("seasons", seasons)
                            .put("seed", seed));
            return YES;
        }

        private LeagueSettings settings() {
            try {
                LeagueSettings settings =
                        constant ? LeagueSettings.constant(seasons, seed) : LeagueSettings.defaults(seasons, seed);
                return fault == null ? settings : settings.withFeedFault(parse(fault));
            } catch (IllegalArgumentException e) {
                String[] message = String.valueOf(e.getMessage()).split("\n", 2);
                boolean named = message[0].startsWith("seasons ") || message[0].startsWith("fault ");
                throw new KeelsonException(
                        ErrorCode.USAGE,
                        (named ? "--" : "--fault: ") + message[0],
                        message.length > 1 ? message[1].strip() : null,
                        e);
            }
        }

        private static FeedFault parse(String text) {
            String[] parts = text.split(":", -1);
            try {
                if (parts.length == 3) {
                    return new FeedFault(parts[0], LocalDate.parse(parts[1]), Double.parseDouble(parts[2]));
                }
            } catch (DateTimeException | NumberFormatException e) {
                throw new IllegalArgumentException(
                        "fault (%s) is not BOOKMAKER:DATE:SCALE.\nMaybe write it as B365:2019-09-01:1.2."
                                .formatted(text),
                        e);
            }
            throw new IllegalArgumentException(
                    "fault (%s) is not BOOKMAKER:DATE:SCALE.\nMaybe write it as B365:2019-09-01:1.2.".formatted(text));
        }

        private void print(Session session, List<SimulatedMatch> matches) {
            try {
                LeagueCsv.write(matches, session.out(), withTruth);
                session.out().flush();
            } catch (IOException e) {
                throw Failures.writing(Path.of("standard output"), e);
            }
        }

        /** Writes beside the file first, so that it is there as a whole or not at all. */
        private void write(Path file, List<SimulatedMatch> matches) {
            Path absolute = file.toAbsolutePath().normalize();
            Path parent = absolute.getParent();
            try {
                if (parent == null || Files.isDirectory(absolute)) {
                    throw new IOException("it is a folder");
                }
                Files.createDirectories(parent);
                Path staged = parent.resolve("." + absolute.getFileName() + "." + ProcessHandle.current().pid() + ".part");
                try {
                    try (Writer writer = new OutputStreamWriter(stream(staged), StandardCharsets.UTF_8)) {
                        LeagueCsv.write(matches, writer, withTruth);
                    }
                    move(staged, absolute);
                } finally {
                    Files.deleteIfExists(staged);
                }
            } catch (IOException e) {
                throw Failures.writing(file, e);
            }
        }

        private OutputStream stream(Path staged) throws IOException {
            OutputStream raw = Files.newOutputStream(staged);
            return out.endsWith(".gz") ? new GZIPOutputStream(raw, 1 << 16) : new java.io.BufferedOutputStream(raw);
        }

        private static void move(Path staged, Path target) throws IOException {
            try {
                Files.move(staged, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(staged, target, StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }
}
