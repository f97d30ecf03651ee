package dev.keelson.http.mlflow;

import dev.keelson.http.server.KeelsonServer;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.wiring.LiveBackend;
import dev.keelson.wiring.Projects;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;

/** The real server over the real store of a project that has no data yet: what clients of MLflow find after `keelson serve`. */
public final class ServedCatalog implements AutoCloseable {
    private static final String PROJECT = """
            keelson: 1
            project: games
            timezone: UTC
            sources:
              games:
                file: games.csv
                key: id
                event_time: time
                outcomes: { columns: [result], known_after: 1d }
                columns: { id: string, time: timestamp, strength: double, result: { type: enum, values: [home, away] } }
            models:
              winner:
                label: games.result
                features: [strength]
                learner: { xgboost: { rounds: 5 } }
                validate: { walk_forward: 2 folds, test: 30d, embargo: 1d }
            """;

    private final LiveBackend backend;
    private final KeelsonServer server;

    private ServedCatalog(LiveBackend backend, KeelsonServer server) {
        this.backend = backend;
        this.server = server;
    }

    /** Serves a project in a folder, which is made when it is empty, on any free port. */
    public static ServedCatalog start(Path folder) {
        try {
            if (Files.notExists(folder.resolve("keelson.yaml"))) {
                Files.writeString(folder.resolve("games.csv"), "id,time,strength,result\n");
                Files.writeString(folder.resolve("keelson.yaml"), PROJECT);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        LiveBackend backend = LiveBackend.open(Projects.validate(folder, Map.of()), InstantSource.system());
        return new ServedCatalog(backend, KeelsonServer.start(backend, KeelsonServer.DEFAULT_HOST, 0));
    }

    /** Where it is reached, without a slash at the end. */
    public String url() {
        return server.url();
    }

    /** What it keeps. */
    public Catalog catalog() {
        return backend.catalog();
    }

    @Override
    public void close() {
        server.close();
        backend.close();
    }
}
