package dev.keelson.cli;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.project.Project;
import dev.keelson.wiring.Projects;
import java.io.File;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Help;

/** One call of the program: where it runs, what it reads and where it writes. */
final class Session {
    /** The beginning of a command that works on a project. */
    private static final Pattern COMMAND = Pattern.compile(
            "`keelson (?=(?:validate|plan|apply|run|replay|serve|status|data|labels|features|sync|simulate|lineage|train|tune|backtest|slices|benchmark|check|runs|experiments|reproduce|models|audit|registry|import mlflow|bandit|bets|opportunities|schedule|alerts|settings|predict"
                    + "|predictions|rollout|drift|baseline|performance|health|streaks|policy|advise|suggestions|retrain|doctor)\\b)");

    private final Path folder;
    private final Map<String, String> environment;
    private final InputStream in;
    private final PrintStream out;
    private final PrintStream err;
    private final Terminal terminal;
    private final Console console;
    private final Failures failures;
    private GlobalOptions options = new GlobalOptions();

    Session(
            Path folder,
            Map<String, String> environment,
            InputStream in,
            PrintStream out,
            PrintStream err,
            Terminal terminal) {
        this.folder = folder;
        this.environment = environment;
        this.in = in;
        this.out = out;
        this.err = err;
        this.terminal = terminal;
        this.console = new Console(out, err, terminal.out());
        this.failures = new Failures(this);
    }

    /** Runs the command of some arguments; never throws. */
    int run(String[] args) {
        return run(args, line -> {});
    }

    /** As {@link #run(String[])}; {@code change} may add commands. */
    int run(String[] args, Consumer<CommandLine> change) {
        try {
            CommandLine line = commandLine(args);
            change.accept(line);
            return line.execute(args);
        } catch (Throwable e) { // whatever it is, a crash must not be taken for an answer
            return failures.report(e);
        }
    }

    /** The commands, wired to this session. */
    CommandLine commandLine(String... args) {
        Keelson root = new Keelson(this);
        options = root.global;
        CommandLine line = new CommandLine(root);
        boolean colour = false;
        for (String arg : args) {
            if (arg.equals("--json")) {
                console.use(true, false); // errors in the arguments themselves are documents, too
            }
            if (arg.equals("--")) {
                break;
            }
        }
        if (terminal.out() && terminal.err() && !terminal.plain()) {
            colour = environment.getOrDefault("NO_COLOR", "").isEmpty() && !List.of(args).contains("--no-color");
        }
        console.colour(colour);
        line.setColorScheme(Help.defaultColorScheme(colour ? Help.Ansi.ON : Help.Ansi.OFF));
        line.setOut(new PrintWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8), true));
        line.setErr(new PrintWriter(new OutputStreamWriter(err, StandardCharsets.UTF_8), true));
        line.setUsageHelpAutoWidth(false);
        line.setUsageHelpWidth(110);
        line.setAllowSubcommandsAsOptionParameters(true); // `-C bets`: a folder may be called as a command is
        line.setExecutionExceptionHandler((e, command, result) -> failures.report(e));
        line.setParameterExceptionHandler((e, arguments) -> failures.usage(e));
        HelpSections.install(line);
        return line;
    }

    /** To be called before a command does anything. */
    void start() {
        console.use(options.json, options.quiet);
        console.header(options.header);
        console.phrase(this::forPerson);
        Logs.toStandardError(err, options.verbose);
        if (options.folder != null && !Files.isDirectory(folder.resolve(options.folder))) {
            throw new KeelsonException(
                    ErrorCode.USAGE,
                    "There is no folder (%s), as -C asks for.".formatted(options.folder),
                    "Maybe its name is misspelt, or `keelson init %s --example football` makes it.".formatted(options.folder));
        }
    }

    Console console() {
        return console;
    }

    PrintStream out() {
        return out;
    }

    PrintStream err() {
        return err;
    }

    InputStream in() {
        return in;
    }

    Terminal terminal() {
        return terminal;
    }

    boolean verbose() {
        return options.verbose;
    }

    Map<String, String> environment() {
        return environment;
    }

    InstantSource clock() {
        return InstantSource.system();
    }

    /** A path as the person wrote it, seen from the folder of {@code -C}. */
    Path path(String written) {
        return base().resolve(written);
    }

    /** The folder in which the person is. */
    Path caller() {
        return folder;
    }

    /** The folder in which the command works. */
    Path base() {
        return options.folder == null ? folder : folder.resolve(options.folder);
    }

    /**
     * A path as it is seen from the folder in which the person is: relative where it lies below that, or below the folder of
     * {@code -C} when that was given relative; absolute otherwise.
     */
    String shown(Path path) {
        Path absolute = path.toAbsolutePath().normalize();
        Path here = folder.toAbsolutePath().normalize();
        Path there = base().toAbsolutePath().normalize();
        if (absolute.startsWith(here)) {
            String relative = here.relativize(absolute).toString();
            return relative.isEmpty() ? "." : relative;
        }
        return options.folder != null && absolute.startsWith(there)
                ? Path.of(options.folder).resolve(there.relativize(absolute)).normalize().toString()
                : absolute.toString();
    }

    /**
     * A text in which each command in back quotes works on the same project as this one, wherever that is: with the same
     * {@code -C}, {@code -p} and {@code -e}.
     */
    String withOptions(String text) {
        StringBuilder added = new StringBuilder("`keelson ");
        append(added, "-C", options.folder);
        append(added, "-p", options.project);
        append(added, "-e", options.environmentFile);
        return COMMAND.matcher(text).replaceAll(Matcher.quoteReplacement(added.toString()));
    }

    private static void append(StringBuilder words, String option, @Nullable String value) {
        if (value != null) {
            words.append(option).append(' ').append(Texts.quoted(value)).append(' ');
        }
    }

    /** A text for the person: {@link #withOptions}, and files as {@link #shown}. */
    String forPerson(String text) {
        String said = withOptions(text);
        Path here = folder.toAbsolutePath().normalize();
        if (here.getNameCount() > 0) {
            said = below(here).matcher(said).replaceAll("");
        }
        Path there = base().toAbsolutePath().normalize();
        if (options.folder != null && !there.startsWith(here) && there.getNameCount() > 0) {
            String relative = Path.of(options.folder).resolve("x").normalize().toString();
            said = below(there).matcher(said)
                    .replaceAll(Matcher.quoteReplacement(relative.substring(0, relative.length() - 1)));
        }
        return said;
    }

    /** A folder at the beginning of a path in a text. */
    private static Pattern below(Path folder) {
        return Pattern.compile("(?<![\\p{L}\\p{N}_./\\\\-])" + Pattern.quote(folder + File.separator));
    }

    /** A place as the person finds it; files of the project are named relative to it elsewhere. */
    Location place(Location place) {
        Path project = projectPath();
        Path beside = Files.isDirectory(project) ? project : project.resolveSibling("");
        try {
            for (Path file : List.of(folder.resolve(place.file()), base().resolve(place.file()), beside.resolve(place.file()))) {
                if (Files.isRegularFile(file)) {
                    return new Location(shown(file), place.line(), place.column());
                }
            }
        } catch (InvalidPathException e) {
            return place; // it names no file
        }
        return place;
    }

    /** The project file, or the folder that should hold one. */
    Path projectPath() {
        return options.project == null ? base() : base().resolve(options.project);
    }

    /** The project, read without looking at its data. */
    Project project() {
        return Projects.read(projectPath(), variables(projectPath()));
    }

    /** The project, checked together with the headers of its data. */
    Project validated() {
        return Projects.validate(projectPath(), variables(projectPath()));
    }

    /** The environment with what an environment file adds to it; variables that are set already win. */
    Map<String, String> variables(Path fileOrFolder) {
        if (options.environmentFile != null) {
            Path file = path(options.environmentFile);
            return EnvironmentFile.over(file, file, environment);
        }
        Path parent = Files.isDirectory(fileOrFolder) ? fileOrFolder : fileOrFolder.resolveSibling("");
        Path file = parent.resolve(EnvironmentFile.NAME);
        return Files.isRegularFile(file) ? EnvironmentFile.over(file, file, environment) : environment;
    }

    /** A line of progress of some long work. */
    ProgressLine progress(String what) {
        boolean rewrite = terminal.err() && !terminal.plain();
        return new ProgressLine(console, err, rewrite, what, System::nanoTime);
    }
}
