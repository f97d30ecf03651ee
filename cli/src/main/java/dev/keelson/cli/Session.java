package dev.keelson.cli;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.project.Project;
import dev.keelson.wiring.Projects;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import picocli.CommandLine;
import picocli.CommandLine.Help;

/** One call of the program: where it runs, what it reads and where it writes. */
final class Session {
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
        line.setExecutionExceptionHandler((e, command, result) -> failures.report(e));
        line.setParameterExceptionHandler((e, arguments) -> failures.usage(e));
        HelpSections.install(line);
        return line;
    }

    /** To be called before a command does anything. */
    void start() {
        console.use(options.json, options.quiet);
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

    /** The folder in which the command works. */
    Path base() {
        return options.folder == null ? folder : folder.resolve(options.folder);
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
        return new ProgressLine(console, err, rewrite, what);
    }
}
