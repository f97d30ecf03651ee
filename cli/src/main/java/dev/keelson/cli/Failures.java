package dev.keelson.cli;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import dev.keelson.error.Suggestion;
import dev.keelson.project.ProjectErrors;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.ReadOnlyFileSystemException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Tells a person, or a program, why a command failed, and gives the exit code. */
final class Failures {
    /** Errors that are answers: the command worked, and what was asked for does not hold. */
    private static final Set<ErrorCode> ANSWERS = Set.of(ErrorCode.DATA_BLOCKED, ErrorCode.TRANSITION_REFUSED);

    private static final Pattern NO_DATE =
            Pattern.compile("Invalid value for option '([^']+)'.*: cannot convert '(.*)' to class java.time.LocalDate");

    private static final int MOST_SHOWN = 50;
    private static final long LARGEST_SHOWN_BYTES = 4L << 20;

    private final Session session;

    Failures(Session session) {
        this.session = session;
    }

    /** Exit code of an expected error. */
    static int exitCode(ErrorCode code) {
        return ANSWERS.contains(code) ? KeelsonCommand.NO : KeelsonCommand.ERROR;
    }

    /** Reports whatever stopped a command. */
    int report(Throwable failure) {
        KeelsonException known = known(failure);
        show(known);
        if (session.verbose()) {
            StringWriter trace = new StringWriter();
            failure.printStackTrace(new PrintWriter(trace));
            session.console().error(trace.toString().stripTrailing());
        }
        return exitCode(known.code());
    }

    /** Reports wrong arguments. */
    int usage(ParameterException wrong) {
        CommandLine command = wrong.getCommandLine();
        String name = command.getCommandSpec().qualifiedName();
        show(new KeelsonException(ErrorCode.USAGE, message(wrong), hint(wrong, command, name)));
        return KeelsonCommand.ERROR;
    }

    private static String message(ParameterException wrong) {
        if (wrong instanceof UnmatchedArgumentException unmatched && !unmatched.getUnmatched().isEmpty()) {
            String first = unmatched.getUnmatched().getFirst();
            if (first.startsWith("-") && first.length() > 1) {
                return "`%s` has no option `%s`."
                        .formatted(unmatched.getCommandLine().getCommandSpec().qualifiedName(), first);
            }
            return unmatched.getCommandLine().getSubcommands().isEmpty()
                    ? "`%s` does not take the argument `%s`."
                            .formatted(unmatched.getCommandLine().getCommandSpec().qualifiedName(), first)
                    : "`%s` has no command `%s`."
                            .formatted(unmatched.getCommandLine().getCommandSpec().qualifiedName(), first);
        }
        String message = String.valueOf(wrong.getMessage()).replaceAll("\\(java\\.time.*\\)$", "").strip();
        Matcher day = NO_DATE.matcher(message);
        if (day.matches()) {
            return "The value (%s) of %s is no date; one such as 2018-08-01 was expected."
                    .formatted(day.group(2), day.group(1));
        }
        return message.endsWith(".") ? message : message + ".";
    }

    private static String hint(ParameterException wrong, CommandLine command, String name) {
        Optional<String> meant = Optional.empty();
        if (wrong instanceof UnmatchedArgumentException unmatched && !unmatched.getUnmatched().isEmpty()) {
            String first = unmatched.getUnmatched().getFirst();
            List<String> candidates = new ArrayList<>();
            if (first.startsWith("-")) {
                command.getCommandSpec().options().forEach(option -> candidates.addAll(List.of(option.names())));
                int assigned = first.indexOf('=');
                first = assigned < 0 ? first : first.substring(0, assigned);
            } else {
                candidates.addAll(command.getSubcommands().keySet());
            }
            meant = Suggestion.closest(first, candidates);
        }
        String help = "`%s --help` shows what there is.".formatted(name);
        return meant.map(option -> "Maybe `%s` was meant; %s".formatted(option, help)).orElse(help);
    }

    private void show(KeelsonException failure) {
        Console console = session.console();
        if (console.json()) {
            console.document(ProjectErrors.json(new KeelsonException(
                    failure.problems().stream().map(this::withCommands).toList(), failure)));
        } else {
            List<Problem> all = failure.problems().stream().map(this::forPerson).toList();
            List<Problem> first = all.subList(0, Math.min(all.size(), MOST_SHOWN));
            console.error(ProjectErrors.text(first, this::text).stripTrailing());
            if (all.size() > first.size()) {
                console.error("\n... and %s; --json tells all."
                        .formatted(Texts.count(all.size() - first.size(), "further problem")));
            }
        }
    }

    private Problem withCommands(Problem problem) {
        String hint = problem.hint();
        return new Problem(
                problem.code(), problem.message(), problem.location(), hint == null ? null : session.withOptions(hint));
    }

    private Problem forPerson(Problem problem) {
        String hint = problem.hint();
        Location at = problem.location();
        return new Problem(
                problem.code(),
                session.forPerson(problem.message()),
                at == null ? null : session.place(at),
                hint == null ? null : session.forPerson(hint));
    }

    /** The text of a file that a problem points to; empty when it is no text, or too long to be read for one line. */
    private Optional<String> text(String name) {
        try {
            Path file = session.caller().resolve(name);
            if (Files.isRegularFile(file) && Files.size(file) <= LARGEST_SHOWN_BYTES) {
                return Optional.of(Files.readString(file, StandardCharsets.UTF_8));
            }
        } catch (IOException | InvalidPathException e) {
            return Optional.empty(); // then the place alone is named
        }
        return Optional.empty();
    }

    /** The failure as one of the errors that people can look up. */
    private static KeelsonException known(Throwable failure) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            if (each instanceof KeelsonException known) {
                return known;
            }
            if (each instanceof OutOfMemoryError) {
                return new KeelsonException(
                        ErrorCode.INTERNAL,
                        "The memory was not enough: the limit is %d MiB."
                                .formatted(Runtime.getRuntime().maxMemory() >> 20),
                        "Maybe raise it: KEELSON_JAVA_OPTS=-Xmx2g keelson ... What was finished before is kept.",
                        failure);
            }
        }
        for (Throwable each = failure; each != null; each = each.getCause()) {
            String message = String.valueOf(each.getMessage()).toLowerCase(Locale.ROOT);
            if (message.contains("no space left on device") || message.contains("database or disk is full")) {
                return new KeelsonException(
                        ErrorCode.DISK_FULL,
                        "The disk is full: %s.".formatted(each.getMessage()),
                        "Maybe free some space and run the same command again: what was finished before is kept.",
                        failure);
            }
            if (each instanceof AccessDeniedException || each instanceof ReadOnlyFileSystemException) {
                return new KeelsonException(
                        ErrorCode.NOT_WRITABLE,
                        "(%s): you may not read or write there.".formatted(each.getMessage()),
                        "Maybe its permissions, or those of its folder, do not allow it.",
                        failure);
            }
        }
        if (failure instanceof UncheckedIOException || failure instanceof IOException) {
            return new KeelsonException(
                    ErrorCode.INTERNAL,
                    "Reading or writing failed: %s.".formatted(firstMessage(failure)),
                    "Maybe run it again with -v, which shows where.",
                    failure);
        }
        return new KeelsonException(
                ErrorCode.INTERNAL,
                "Something went wrong inside Keelson: %s (%s)."
                        .formatted(firstMessage(failure), failure.getClass().getSimpleName()),
                "Maybe run it again with -v, which shows where, and report it.",
                failure);
    }

    private static String firstMessage(Throwable failure) {
        @Nullable Throwable at = failure;
        while (at != null) {
            String message = at.getMessage();
            if (message != null && !message.isBlank()) {
                return message.lines().findFirst().orElse("").replaceAll("\\.$", "");
            }
            at = at.getCause();
        }
        return "no message";
    }

    /** An error in writing a file, for a person. */
    static KeelsonException writing(Path file, IOException cause) {
        String reason = cause instanceof FileSystemException system && system.getReason() != null
                ? system.getReason()
                : cause instanceof AccessDeniedException ? "you may not write there" : String.valueOf(cause.getMessage());
        boolean full = reason.toLowerCase(Locale.ROOT).contains("no space left");
        return new KeelsonException(
                List.of(Problem.of(
                        full ? ErrorCode.DISK_FULL : ErrorCode.NOT_WRITABLE,
                        "The file (%s) cannot be written: %s.".formatted(file, reason),
                        full ? "Maybe free some space and run the same command again." : "Maybe choose another folder.")),
                cause);
    }
}
