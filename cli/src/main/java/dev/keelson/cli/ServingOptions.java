package dev.keelson.cli;

import dev.keelson.http.server.KeelsonServer;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Where to serve: the options of all commands that do. */
final class ServingOptions {
    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            defaultValue = KeelsonServer.DEFAULT_HOST,
            description = "Loopback address to listen on (default: 127.0.0.1).")
    String host = KeelsonServer.DEFAULT_HOST;

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "" + KeelsonServer.DEFAULT_PORT,
            description = "Port; 0 takes a free one (default: 8710).")
    int port = KeelsonServer.DEFAULT_PORT;

    /** As words of a command line, those at their default left out. */
    List<String> given() {
        List<String> words = new ArrayList<>();
        if (!host.equals(KeelsonServer.DEFAULT_HOST)) {
            words.addAll(List.of("--host", host));
        }
        if (port != KeelsonServer.DEFAULT_PORT) {
            words.addAll(List.of("--port", Integer.toString(port)));
        }
        return words;
    }
}
