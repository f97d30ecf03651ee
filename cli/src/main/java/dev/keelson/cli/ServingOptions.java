package dev.keelson.cli;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.server.KeelsonServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** Where to serve: the options of all commands that do. */
final class ServingOptions {
    private static final List<String> UNITS = List.of("B", "KB", "MB", "GB", "TB");
    private static final Pattern SIZE = Pattern.compile("([1-9]\\d{0,5}) ?([KMGT]?B)", Pattern.CASE_INSENSITIVE);

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            defaultValue = KeelsonServer.DEFAULT_HOST,
            description = "Address to listen on; one of other machines needs tokens in the project file (default: 127.0.0.1).")
    String host = KeelsonServer.DEFAULT_HOST;

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "" + KeelsonServer.DEFAULT_PORT,
            description = "Port; 0 takes a free one (default: 8710).")
    int port = KeelsonServer.DEFAULT_PORT;

    @Option(
            names = "--max-file",
            paramLabel = "SIZE",
            defaultValue = "64GB",
            description = "Largest file of a run that is taken, such as 500MB or 64GB (default: 64GB).")
    String maxFile = "64GB";

    /** The largest file in bytes; units are powers of 1024. */
    long maxFileBytes() {
        Matcher size = SIZE.matcher(maxFile);
        if (!size.matches()) {
            throw new KeelsonException(
                    ErrorCode.USAGE,
                    "The size (%s) of --max-file is none; expected a number with B, KB, MB, GB or TB.".formatted(maxFile),
                    "Maybe 64GB.");
        }
        return Long.parseLong(size.group(1)) << (10 * UNITS.indexOf(size.group(2).toUpperCase(Locale.ROOT)));
    }

    /** As words of a command line, those at their default left out. */
    List<String> given() {
        List<String> words = new ArrayList<>();
        if (!host.equals(KeelsonServer.DEFAULT_HOST)) {
            words.addAll(List.of("--host", host));
        }
        if (port != KeelsonServer.DEFAULT_PORT) {
            words.addAll(List.of("--port", Integer.toString(port)));
        }
        if (!maxFile.equals("64GB")) {
            words.addAll(List.of("--max-file", maxFile));
        }
        return words;
    }
}
