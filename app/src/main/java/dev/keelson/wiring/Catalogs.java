package dev.keelson.wiring;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.project.Project;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.store.catalog.ProjectCatalog;
import dev.keelson.store.files.StateFolder;
import dev.keelson.store.postgres.PostgresCatalog;
import dev.keelson.store.sqlite.SqliteCatalog;
import java.nio.file.Files;
import java.util.Optional;

/** The catalogue that a project names: in its own folder, or shared by several servers. */
final class Catalogs {
    private Catalogs() {}

    /**
     * Opens it, and makes it when it is not there; for reading it must be there.
     *
     * @throws KeelsonException NOT_FOUND, STORE_VERSION, STORE_DAMAGED, STORE_UNREACHABLE, NOT_WRITABLE, DISK_FULL
     */
    static ProjectCatalog open(Project project, StateFolder state, boolean readOnly) {
        Located address = project.catalogStore();
        if (address != null) {
            return readOnly ? PostgresCatalog.openReadOnly(address) : PostgresCatalog.open(address);
        }
        if (readOnly) {
            return SqliteCatalog.openReadOnly(state.catalog());
        }
        state.create();
        return SqliteCatalog.open(state.catalog());
    }

    /** Whether opening it for reading may find it: an embedded one is a file. */
    static boolean mayBeThere(Project project, StateFolder state) {
        return project.catalogStore() != null || Files.isRegularFile(state.catalog());
    }

    /** The catalogue to look at, if there is one; also while another process owns the project. */
    static Optional<Catalog> look(Project project) {
        StateFolder state = Workspace.stateFolder(project);
        if (!mayBeThere(project, state)) {
            return Optional.empty();
        }
        try {
            return Optional.of(open(project, state, true));
        } catch (KeelsonException e) {
            if (e.code() == ErrorCode.NOT_FOUND) { // its making had begun and could not be ended
                return Optional.empty();
            }
            throw e;
        }
    }
}
