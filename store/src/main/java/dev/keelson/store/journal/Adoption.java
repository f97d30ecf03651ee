package dev.keelson.store.journal;

import dev.keelson.id.Sha256;
import dev.keelson.registry.spi.CatalogTransaction;
import dev.keelson.store.catalog.ProjectCatalog;
import dev.keelson.store.files.DurableFiles;
import dev.keelson.store.files.StateFolder;
import dev.keelson.store.files.StoreErrors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Makes the final state of a replay the state of its project: runs, versions, aliases, audit trail and reports in one
 * transaction (see {@link ProjectCatalog#takeOver}), then a copy of journal and index.
 *
 * <p>The copies are staged in {@code adopting/} first; the transaction says that they are to be moved into place; the
 * moves are atomic and can be repeated. So a kill at any moment leaves either the state as it was, or one that
 * {@link #finish} (or the same call again) completes; journal and index agree throughout. A journal with records that is
 * replaced is kept as {@code replaced/<16 hexadecimal digits>/journal}.
 *
 * <p>To be called by the owner of the project, while nothing holds a prediction log of either folder open. Artifacts and
 * datasets are shared and stay where they are; {@code online.db} is made from data and is not adopted.
 */
public final class Adoption {
    private static final String PENDING = "adoption/pending";
    private static final String STEP = "adoption";

    private final String id;
    private final StateFolder from;
    private final StateFolder to;
    private final ProjectCatalog catalog;
    private final Path staged;

    private Adoption(String id, StateFolder from, StateFolder to, ProjectCatalog catalog) {
        this.id = id;
        this.from = from;
        this.to = to;
        this.catalog = catalog;
        this.staged = to.root().resolve("adopting");
    }

    /** One step; doing it again after it was done changes nothing. */
    interface Step {
        void run() throws IOException;
    }

    /**
     * Adopts a state, once.
     *
     * @param id names what is adopted: another end of a replay needs another id
     * @param from the state of a policy of a replay
     * @param to the state of the project
     * @param catalog the catalogue of {@code to}, open for writing
     * @return false if that was done before
     * @throws dev.keelson.error.KeelsonException DISK_FULL, NOT_WRITABLE, STORE_DAMAGED, STORE_VERSION, or NOT_FOUND if
     *     {@code from} has no catalogue
     */
    public static boolean adopt(String id, StateFolder from, StateFolder to, ProjectCatalog catalog) {
        finish(to, catalog);
        if (catalog.<Optional<String>>read(tx -> tx.step(done(id))).isPresent()) {
            return false;
        }
        Adoption adoption = new Adoption(id, from, to, catalog);
        run(to, adoption.steps());
        return true;
    }

    /**
     * Completes an adoption that was killed after its transaction; does nothing otherwise. To be called when the owner of
     * a project starts.
     *
     * @param to the state of the project
     * @param catalog its catalogue, open for writing
     */
    public static void finish(StateFolder to, ProjectCatalog catalog) {
        String pending = catalog.<Optional<String>>read(tx -> tx.step(PENDING)).orElse("");
        Adoption adoption = new Adoption(pending, to, to, catalog);
        run(
                to,
                pending.isEmpty()
                        ? List.of(adoption::deleteStaged) // killed before its transaction, or after its end
                        : adoption.moves());
    }

    /** All steps in order. */
    List<Step> steps() {
        List<Step> steps = new ArrayList<>(List.of(this::stage, this::commit));
        steps.addAll(moves());
        return steps;
    }

    private List<Step> moves() {
        return List.of(
                this::deleteFormerIndex, this::setFormerJournalAside, this::moveJournal, this::moveIndex,
                this::markDone, this::deleteStaged);
    }

    private void stage() throws IOException {
        DurableFiles.deleteAll(staged);
        Files.createDirectories(staged);
        if (Files.isRegularFile(from.predictions())) {
            try (PredictionIndex index = PredictionIndex.openReadOnly(from.predictions())) {
                index.copyTo(stagedIndex());
            }
        } else {
            PredictionIndex.open(stagedIndex()).close();
        }
        if (Files.isDirectory(from.journal())) {
            DurableFiles.copyFolder(from.journal(), stagedJournal());
        } else {
            Files.createDirectories(stagedJournal());
        }
        DurableFiles.syncFolder(staged);
        DurableFiles.syncFolder(to.root());
    }

    private void commit() {
        catalog.takeOver(from.catalog(), tx -> tx.putStep(PENDING, STEP, id));
    }

    /** First of all: without an index any journal is in step. */
    private void deleteFormerIndex() throws IOException {
        if (Files.exists(stagedIndex())) {
            deleteIndex();
        }
    }

    private void setFormerJournalAside() throws IOException {
        if (!Files.exists(stagedJournal()) || !Files.exists(to.journal())) {
            return;
        }
        Segments segments = new Segments(to.journal());
        if (segments.last() == 0 || (segments.last() == 1 && segments.size(1) <= Lines.HEADER_LENGTH)) {
            DurableFiles.deleteAll(to.journal());
            return;
        }
        Path aside = to.root()
                .resolve("replaced")
                .resolve(Sha256.ofBytes(id.getBytes(StandardCharsets.UTF_8)).substring(0, 16));
        Files.createDirectories(aside);
        DurableFiles.move(to.journal(), aside.resolve("journal"));
    }

    private void moveJournal() throws IOException {
        if (Files.exists(stagedJournal())) {
            DurableFiles.move(stagedJournal(), to.journal());
        }
    }

    private void moveIndex() throws IOException {
        if (Files.exists(stagedIndex())) {
            deleteIndex(); // one that was made meanwhile
            DurableFiles.move(stagedIndex(), to.predictions());
        }
    }

    private void markDone() {
        catalog.update(this::markDone);
    }

    private void markDone(CatalogTransaction tx) {
        tx.putStep(done(id), STEP, "done");
        tx.putStep(PENDING, STEP, "");
    }

    private void deleteStaged() throws IOException {
        DurableFiles.deleteAll(staged);
    }

    private void deleteIndex() throws IOException {
        for (String suffix : List.of("-wal", "-shm", "")) {
            Files.deleteIfExists(to.predictions().resolveSibling(to.predictions().getFileName() + suffix));
        }
    }

    private Path stagedJournal() {
        return staged.resolve("journal");
    }

    private Path stagedIndex() {
        return staged.resolve("predictions.db");
    }

    private static String done(String id) {
        return "adoption/done/" + id;
    }

    private static void run(StateFolder to, List<Step> steps) {
        try {
            for (Step step : steps) {
                step.run();
            }
        } catch (IOException e) {
            throw StoreErrors.writing(to.root(), e);
        }
    }

    /** The steps of an adoption, for tests that stop after some of them. */
    static List<Step> steps(String id, StateFolder from, StateFolder to, ProjectCatalog catalog) {
        return new Adoption(id, from, to, catalog).steps();
    }
}
