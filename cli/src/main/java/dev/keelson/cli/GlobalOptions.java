package dev.keelson.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** Options that every command takes, before or behind its name. */
final class GlobalOptions {
    @Option(names = "-C", paramLabel = "DIR", scope = ScopeType.INHERIT, description = "Work in this folder.")
    @Nullable String folder;

    @Option(
            names = {"-p", "--project"},
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "The project file or its folder (default: keelson.yaml here).")
    @Nullable String project;

    @Option(
            names = {"-e", "--env"},
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "File of variables (default: .env beside the project file).")
    @Nullable String environmentFile;

    @Option(names = "--json", scope = ScopeType.INHERIT, description = "Print one JSON document, also for an error.")
    boolean json;

    @Option(names = "--header", scope = ScopeType.INHERIT, description = "Begin tables with a header also where they are piped.")
    boolean header;

    @Option(
            names = {"-q", "--quiet"},
            scope = ScopeType.INHERIT,
            description = "No remarks on standard error.")
    boolean quiet;

    @Option(
            names = {"-v", "--verbose"},
            scope = ScopeType.INHERIT,
            description = "Log more; show the stack trace of a failure.")
    boolean verbose;

    @Option(names = "--no-color", scope = ScopeType.INHERIT, description = "No colour (as NO_COLOR does).")
    boolean noColour;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this help.")
    boolean help;
}
