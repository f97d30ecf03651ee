package dev.keelson.cli;

import java.io.PrintStream;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Log lines of all libraries: to standard error, warnings and errors only unless more is asked for. */
final class Logs {
    /** Held, as the log manager forgets loggers that nobody holds. */
    private static final Logger ROOT = Logger.getLogger("");

    /** The server's own lines about its start; held as well. */
    private static final Logger SERVER = Logger.getLogger("io.helidon");

    /** What it says when it cannot start, in its own words; the command says it in ours. */
    private static final Logger START = Logger.getLogger("io.helidon.webserver.LoomServer");

    /** The library that loads PyTorch, which warns of every GPU that it does not find. */
    private static final Logger TORCH = Logger.getLogger("ai.djl");

    private Logs() {}

    static void toStandardError(PrintStream err, boolean verbose) {
        LogManager.getLogManager().reset();
        ROOT.setLevel(verbose ? Level.INFO : Level.WARNING);
        SERVER.setLevel(verbose ? Level.INFO : Level.WARNING);
        START.setLevel(verbose ? null : Level.OFF);
        TORCH.setLevel(verbose ? null : Level.SEVERE);
        ROOT.addHandler(new Lines(err, verbose));
    }

    private static final class Lines extends Handler {
        private final PrintStream err;
        private final boolean traces;
        private final Formatter texts = new Formatter() {
            @Override
            public String format(LogRecord event) {
                return formatMessage(event);
            }
        };

        Lines(PrintStream err, boolean traces) {
            this.err = err;
            this.traces = traces;
        }

        @Override
        public void publish(LogRecord event) {
            if (!isLoggable(event)) {
                return;
            }
            Throwable thrown = event.getThrown();
            String text = "%s %s: %s".formatted(event.getInstant(), word(event.getLevel()), texts.format(event));
            synchronized (this) {
                err.println(thrown == null || traces ? text : text + " (" + thrown + ")");
                if (thrown != null && traces) {
                    thrown.printStackTrace(err);
                }
            }
        }

        private static String word(Level level) {
            return level.intValue() >= Level.SEVERE.intValue()
                    ? "error"
                    : level.intValue() >= Level.WARNING.intValue() ? "warning" : "info";
        }

        @Override
        public void flush() {
            err.flush();
        }

        @Override
        public void close() {
            err.flush(); // not ours to close
        }
    }
}
