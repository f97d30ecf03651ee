package dev.keelson.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.keelson.http.server.KeelsonServer;
import dev.keelson.project.Project;
import dev.keelson.wiring.LiveBackend;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code keelson serve}. */
@Command(name = "serve", description = "Serve predictions, the console and the API until Ctrl-C.")
final class ServeCommand extends KeelsonCommand {
    private static final long GRACE_SECONDS = 20;

    @Mixin
    final ServingOptions where = new ServingOptions();

    @Override
    int run(Session session) {
        return serve(session, session.project(), where, true);
    }

    /**
     * Serves until the process is told to end.
     *
     * @param asData whether the address is what the command is to print, and not a remark
     */
    static int serve(Session session, Project project, ServingOptions where, boolean asData) {
        long most = where.maxFileBytes();
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
        try (LiveBackend backend = LiveBackend.open(
                project, session::validated, () -> session.variables(session.projectPath()), session.clock())) {
            backend.startIndexing();
            try (KeelsonServer server = KeelsonServer.start(
                    backend, where.host, where.port, most, backend.localToken())) {
                backend.serving(server.localHost(), server.port());
                backend.startSchedules();
                announce(session, backend, server, asData);
                stop.await();
                session.console().note("Stopping ...");
                server.drain();
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
