package dev.keelson.store.catalog;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.frame.Micros;
import dev.keelson.registry.rollout.Rollout;
import dev.keelson.registry.spi.RolloutTransaction;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Rollouts: each is a document, beside what is asked of it. */
final class RolloutStatements implements RolloutTransaction {
    private static final String ROLLOUT = "select document from rollouts";

    private final CatalogStatements open;

    RolloutStatements(CatalogStatements open) {
        this.open = open;
    }

    @Override
    public void start(Rollout rollout) {
        open(rollout.model()).ifPresent(other -> {
            throw new KeelsonException(
                    ErrorCode.CONFLICT,
                    "A rollout of the model (%s) to v%d is open since %s."
                            .formatted(other.model(), other.candidate(), other.startedAt()),
                    "Maybe end it first: `keelson rollout abort %s --reason ...`, or `promote`.".formatted(other.model()));
        });
        open.session().update(
                        "insert into rollouts (id, model, revision, is_open, started_at, document) values (?, ?, ?, ?, ?, ?)",
                        rollout.id(),
                        rollout.model(),
                        rollout.revision(),
                        rollout.open(),
                        Micros.of(rollout.startedAt()),
                        rollout.toJson().toString());
    }

    @Override
    public void replace(Rollout next) {
        int changed = open.session().update(
                        "update rollouts set revision = ?, is_open = ?, document = ? where id = ? and revision = ?",
                        next.revision(),
                        next.open(),
                        next.toJson().toString(),
                        next.id(),
                        next.revision() - 1);
        if (changed == 0) {
            throw new KeelsonException(
                    ErrorCode.CONFLICT,
                    "The rollout of the model (%s) was changed at the same time; nothing was changed.".formatted(next.model()),
                    "Maybe look at `keelson rollout status %s` and ask again.".formatted(next.model()));
        }
    }

    @Override
    public Optional<Rollout> open(String model) {
        return open.session().first(ROLLOUT + " where model = ? and is_open = 1", RolloutStatements::rollout, model);
    }

    @Override
    public List<Rollout> open() {
        return open.session().list(ROLLOUT + " where is_open = 1 order by model", RolloutStatements::rollout);
    }

    @Override
    public Optional<Rollout> rollout(String id) {
        return open.session().first(ROLLOUT + " where id = ?", RolloutStatements::rollout, id);
    }

    @Override
    public List<Rollout> history(@Nullable String model, int limit) {
        CatalogStatements.requireLimit(limit);
        return model == null
                ? open.session().list(
                                ROLLOUT + " order by started_at desc, id limit ?", RolloutStatements::rollout, limit)
                : open.session().list(
                                ROLLOUT + " where model = ? order by started_at desc, id limit ?",
                                RolloutStatements::rollout,
                                model,
                                limit);
    }

    @Override
    public void putTally(String rollout, String server, String document, Instant at) {
        int changed = open.session().update(
                        "update rollout_tallies set document = ?, updated_at = ? where rollout = ? and server = ?",
                        document,
                        Micros.of(at),
                        rollout,
                        server);
        if (changed == 0) {
            open.session().update(
                            "insert into rollout_tallies (rollout, server, document, updated_at) values (?, ?, ?, ?)",
                            rollout,
                            server,
                            document,
                            Micros.of(at));
        }
    }

    @Override
    public SortedMap<String, String> tallies(String rollout) {
        SortedMap<String, String> tallies = new TreeMap<>();
        open.session().each(
                        "select server, document from rollout_tallies where rollout = ?",
                        row -> tallies.put(row.getString(1), row.getString(2)),
                        rollout);
        return tallies;
    }

    private static Rollout rollout(ResultSet row) throws SQLException {
        return Rollout.of(row.getString(1));
    }
}
