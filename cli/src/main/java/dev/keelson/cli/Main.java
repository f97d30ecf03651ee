package dev.keelson.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/**
 * The program {@code keelson}.
 *
 * <p>Exit codes: 0 all well; 1 the command worked and its answer is "no" (drift found, gate refused, data blocked, a fault
 * found by {@code doctor}); 2 an error, a crash of the program included; 130 and 143 when it was interrupted, but a server
 * that is told to end by SIGTERM ends with 0.
 */
public final class Main {
    private Main() {}

    /** Runs the command of the arguments and ends the process with its exit code. */
    public static void main(String[] args) {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        Map<String, String> environment = System.getenv();
        int code = new Session(
                        Path.of(""), environment, System.in, out, err, Terminal.of(environment))
                .run(args);
        out.flush();
        err.flush();
        System.exit(code);
    }

    /**
     * Runs a command within this process, as one whose output is piped.
     *
     * @param args the arguments
     * @param out receives the data
     * @param err receives everything else
     * @param environment the environment variables
     * @return the exit code
     */
    public static int run(String[] args, PrintStream out, PrintStream err, Map<String, String> environment) {
        return run(args, Path.of(""), InputStream.nullInputStream(), out, err, environment);
    }

    /** As {@link #run(String[], PrintStream, PrintStream, Map)}, in a folder and with something to read. */
    static int run(
            String[] args,
            Path folder,
            InputStream in,
            PrintStream out,
            PrintStream err,
            Map<String, String> environment) {
        int code = new Session(folder, environment, in, out, err, Terminal.NONE).run(args);
        out.flush();
        err.flush();
        return code;
    }
}
