package dev.keelson.wiring;

import dev.keelson.error.KeelsonException;
import dev.keelson.registry.StoredReport;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.store.files.StateFolder;
import dev.keelson.store.sqlite.SqliteCatalog;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What replays reported: each keeps a catalogue of its own, beside that of the project, which holds the reports of a replay
 * that was adopted. Reads only, also while a replay is running. Safe for use by several threads.
 */
final class ReplayReports {
    /** The kinds of reports that replays leave behind. */
    static final Set<String> KINDS = Set.of("replay_step", "comparison");

    private static final Logger LOG = LoggerFactory.getLogger(ReplayReports.class);

    private final StateFolder state;
    private final Catalog own;

    /** A replay's catalogue, and when it was last written. */
    private record Kept(Path catalog, long writtenMillis) {}

    ReplayReports(StateFolder state, Catalog own) {
        this.state = state;
        this.own = own;
    }

    /**
     * Reports of a kind: those of the replay that ran last come first, and of one replay the newest first.
     *
     * @param subject as in {@link dev.keelson.http.Backend#reports}
     */
    List<StoredReport> reports(String kind, @Nullable String subject, int limit) {
        Map<String, StoredReport> found = new LinkedHashMap<>();
        for (Kept replay : replays()) {
            if (found.size() < limit) {
                read(replay, catalog -> catalog.read(tx -> tx.reports(kind, subject, limit)), List.<StoredReport>of())
                        .forEach(report -> found.putIfAbsent(report.id(), report));
            }
        }
        if (found.size() < limit) {
            own.read(tx -> tx.reports(kind, subject, limit)).forEach(report -> found.putIfAbsent(report.id(), report));
        }
        return found.values().stream().limit(limit).toList();
    }

    /** The report of that id in any replay. */
    Optional<StoredReport> report(String id) {
        for (Kept replay : replays()) {
            Optional<StoredReport> found =
                    read(replay, catalog -> catalog.read(tx -> tx.report(id)), Optional.<StoredReport>empty());
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private static <T> T read(Kept replay, Function<Catalog, T> work, T nothing) {
        try (Catalog catalog = SqliteCatalog.openReadOnly(replay.catalog())) {
            return work.apply(catalog);
        } catch (KeelsonException e) {
            LOG.warn("The results of the replay in {} are left out: {}", replay.catalog().getParent(), e.getMessage());
            return nothing;
        }
    }

    private List<Kept> replays() {
        List<Kept> kept = new ArrayList<>();
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(state.replays(), Files::isDirectory)) {
            for (Path folder : folders) {
                Path catalog = ReplayJob.mainState(state, folder.getFileName().toString()).catalog();
                if (Files.isRegularFile(catalog)) {
                    kept.add(new Kept(catalog, Files.getLastModifiedTime(catalog).toMillis()));
                }
            }
        } catch (NoSuchFileException e) {
            return List.of(); // nothing was replayed yet
        } catch (IOException e) {
            LOG.warn("The replays in {} cannot be listed.", state.replays(), e);
            return List.of();
        }
        kept.sort(Comparator.comparingLong(Kept::writtenMillis)
                .reversed()
                .thenComparing(replay -> replay.catalog().toString()));
        return kept;
    }
}
