package dev.keelson.wiring;

import dev.keelson.error.Located;
import dev.keelson.features.InMemoryOnlineStore;
import dev.keelson.features.spi.OnlineStore;
import dev.keelson.features.spi.PushLog;
import dev.keelson.features.spi.SharedOnlineStore;
import dev.keelson.project.Project;
import dev.keelson.store.files.FilePushLog;
import dev.keelson.store.files.StateFolder;
import dev.keelson.store.postgres.PostgresOnlineStore;
import dev.keelson.store.redis.RedisOnlineStore;
import dev.keelson.store.sqlite.SqliteOnlineStore;
import java.nio.file.Files;
import java.util.List;

/** The online store that a project names. */
final class OnlineStores {

    private OnlineStores() {}

    static OnlineStore open(Project project, StateFolder state, boolean readOnly) {
        Located address = project.onlineStore();
        if (address == null && readOnly) {
            return Files.isRegularFile(state.online())
                    ? SqliteOnlineStore.openReadOnly(state.online())
                    : new InMemoryOnlineStore(); // nothing was materialised yet
        }
        if (address == null) {
            state.create();
            return new SqliteOnlineStore(state.online());
        }
        return address.text().strip().startsWith("redis")
                ? new RedisOnlineStore(address, project.name())
                : new PostgresOnlineStore(address, project.name());
    }

    /** What it is called where a person reads it. */
    static String name(OnlineStore store) {
        return store instanceof SharedOnlineStore shared ? shared.address() : "SQLite, embedded";
    }

    /** The pushed rows of a store. What was pushed before the store became a shared one goes along. */
    static PushLog pushes(OnlineStore store, StateFolder state) {
        if (!(store instanceof SharedOnlineStore shared)) {
            return new FilePushLog(state.pushes());
        }
        if (Files.isRegularFile(state.pushes())) {
            try (FilePushLog before = new FilePushLog(state.pushes())) {
                for (PushLog.Push entry : before.entries()) {
                    PushLog.Push unused = shared.pushes()
                            .append(
                                    entry.source(),
                                    entry.online(),
                                    entry.offline(),
                                    entry.at(),
                                    entry.knownFrom(),
                                    entry.rows());
                    before.done(List.of(entry.number()));
                }
            }
        }
        return shared.pushes();
    }
}
