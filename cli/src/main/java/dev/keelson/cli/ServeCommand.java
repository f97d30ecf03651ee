package dev.keelson.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.keelson.http.server.KeelsonServer;
import dev.keelson.project.Project;
import dev.keelson.wiring.LiveBackend;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code keelson serve}. */
@Command(name = "serve", description = "Serve predictions, the console and the API until Ctrl-C.")
final class ServeCommand extends KeelsonCommand {
    private static final long GRACE_SECONDS = 20;

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description = "Loopback address to listen on (default: 127.0.0.1).")
    String host = "127.0.0.1";

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "8710",
            description = "Port; 0 takes a free one (default: 8710).")
    int port = 8710;

    @Override
    int run(Session session) {
        return serve(session, session.project(), host, port, true);
    }

    /**
     * Serves until the process is told to end.
     *
     * @param asData whether the address is what the command is to print, and not a remark
     */
    static int serve(Session session, Project project, String host, int port, boolean asData) {
        CountDownLatch stop = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        Interruption interruption = Interruption.running(() -> {
            stop.countDown();
            try {
                if (!closed.await(GRACE_SECONDS, TimeUnit.SECONDS)) {
                    session.console().error("Some requests did not end in time.");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        try (LiveBackend backend = LiveBackend.open(project, session.clock())) {
            backend.startIndexing();
            try (KeelsonServer server = KeelsonServer.start(backend, host, port)) {
                backend.serving(server.port());
                announce(session, backend, server, asData);
                stop.await();
                session.console().note("Stopping ...");
            }
            return YES;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return INTERRUPTED;
        } finally {
            closed.countDown();
            interruption.close();
        }
    }

    private static void announce(Session session, LiveBackend backend, KeelsonServer server, boolean asData) {
        Console console = session.console();
        String line = "Serving %s at %s".formatted(backend.project().name(), server.url());
        if (asData) {
            console.line(line);
            console.document(JsonNodeFactory.instance
                    .objectNode()
                    .put("project", backend.project().name())
                    .put("url", server.url())
                    .put("port", server.port()));
        } else {
            console.note(line);
        }
        String reason = backend.notReadyReason();
        if (reason != null) {
            console.note("Not ready to predict: " + reason);
        }
        console.note("Ctrl-C stops it.");
    }
}
