package dev.keelson.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Which of the three standard streams are a terminal.
 *
 * @param in standard input
 * @param out standard output
 * @param err standard error
 * @param plain whether it can neither show colour nor rewrite a line
 */
record Terminal(boolean in, boolean out, boolean err, boolean plain) {
    /** No terminal at all. */
    static final Terminal NONE = new Terminal(false, false, false, true);

    /** The streams of this process. */
    static Terminal of(Map<String, String> environment) {
        String term = environment.getOrDefault("TERM", "");
        return new Terminal(isTerminal(0), isTerminal(1), isTerminal(2), term.isEmpty() || term.equals("dumb"));
    }

    @SuppressWarnings("SystemConsoleNull") // the console of java.base, the default from 25 on, is null without a terminal
    private static boolean isTerminal(int descriptor) {
        Path link = Path.of("/proc/self/fd/" + descriptor);
        try {
            if (Files.isSymbolicLink(link)) {
                String target = Files.readSymbolicLink(link).toString();
                return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
            }
        } catch (IOException e) {
            return false; // not to be looked at: treat it as a file
        }
        // Without /proc only input and output together can be asked about.
        return System.console() != null && System.console().isTerminal();
    }
}
