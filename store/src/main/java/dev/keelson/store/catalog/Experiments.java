package dev.keelson.store.catalog;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.frame.Micros;
import dev.keelson.registry.runs.TrainedRuns;
import dev.keelson.registry.tracking.Experiment;
import dev.keelson.registry.tracking.Lifecycle;
import dev.keelson.registry.tracking.Search;
import dev.keelson.registry.tracking.Search.Page;
import dev.keelson.store.catalog.Conditions.Column;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The statements about experiments. */
final class Experiments {
    private static final String SELECT =
            "select e.id, e.name, e.artifact_location, e.deleted, e.created_at, e.updated_at from experiments e";
    private static final TaggedSearch SEARCH = new TaggedSearch(
            SELECT,
            Map.of(
                    "name", Column.text("e.name"),
                    "experiment_id", Column.number("e.id"),
                    "creation_time", Column.millis("e.created_at"),
                    "last_update_time", Column.millis("e.updated_at")),
            "experiment_tags t on t.experiment = e.id",
            "e.created_at desc, e.id");

    private final CatalogStatements open;

    Experiments(CatalogStatements open) {
        this.open = open;
    }

    private CatalogSession session() {
        return open.session();
    }

    /** The numbers of experiments; what is no number is the id of none. Null stays null: all. */
    static @Nullable List<Long> numbers(@Nullable Collection<String> ids) {
        if (ids == null) {
            return null;
        }
        List<Long> numbers = new ArrayList<>();
        for (String id : ids) {
            Long number = number(id);
            if (number != null && !numbers.contains(number)) {
                numbers.add(number);
            }
        }
        return numbers;
    }

    /** Digits as they are written: {@code 007} is the id of none. */
    static @Nullable Long number(String id) {
        if (id.isEmpty() || id.length() > 18 || !id.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return null;
        }
        long number = Long.parseLong(id);
        return Long.toString(number).equals(id) ? (Long) number : null;
    }

    Experiment create(String name, @Nullable String artifactLocation, Map<String, String> tags, Instant at) {
        requireFree(name);
        long id = insert(name, artifactLocation, at);
        tags.forEach((key, value) -> putTag(id, key, value));
        return required(Long.toString(id));
    }

    private long insert(String name, @Nullable String artifactLocation, Instant at) {
        long id = session().first(
                        "insert into experiments (name, artifact_location, created_at, updated_at) values (?, ?, ?, ?)"
                                + " returning id",
                        row -> row.getLong(1),
                        name,
                        Rows.orEmpty(artifactLocation),
                        Micros.of(at),
                        Micros.of(at))
                .orElseThrow();
        if (artifactLocation == null) {
            session().update(
                            "update experiments set artifact_location = ? where id = ?", "mlflow-artifacts:/" + id, id);
        }
        return id;
    }

    /**
     * The experiment of a model of the project: it is made when it is not there.
     *
     * @throws KeelsonException CONFLICT when it is deleted
     */
    long ofModel(String model, Instant at) {
        long[] known = session().first(
                        "select id, deleted from experiments where name = ?",
                        row -> new long[] {row.getLong(1), row.getLong(2)},
                        model)
                .orElse(null);
        if (known == null) {
            return insert(model, null, at);
        }
        if (known[1] != 0) {
            throw TrainedRuns.deletedExperiment(model);
        }
        return known[0];
    }

    private void requireFree(String name) {
        named(name).ifPresent(there -> {
            throw new KeelsonException(
                    ErrorCode.ALREADY_EXISTS,
                    "There is an experiment (%s) already%s."
                            .formatted(name, there.lifecycle() == Lifecycle.DELETED ? "; it is deleted" : ""),
                    there.lifecycle() == Lifecycle.DELETED
                            ? "Maybe restore it, or choose another name."
                            : "Maybe choose another name.");
        });
    }

    Optional<Experiment> byId(String id) {
        Long number = number(id);
        return number == null ? Optional.empty() : one(" where e.id = ?", number);
    }

    Optional<Experiment> named(String name) {
        return one(" where e.name = ?", name);
    }

    private Optional<Experiment> one(String where, Object value) {
        return session().first(SELECT + where, Experiments::bare, value).map(each -> withTags(List.of(each)).getFirst());
    }

    Experiment required(String id) {
        return byId(id).orElseThrow(() -> unknown(id));
    }

    static KeelsonException unknown(String id) {
        return new KeelsonException(
                ErrorCode.NOT_FOUND,
                "There is no experiment (%s).".formatted(id),
                "Maybe it was made in another store.");
    }

    Page<Experiment> search(Search search) {
        Sql lifecycle = search.view() == Lifecycle.View.ALL
                ? new Sql()
                : new Sql(" and e.deleted = ?", search.view() == Lifecycle.View.DELETED_ONLY ? 1 : 0);
        Page<Experiment> page =
                CatalogStatements.page(SEARCH.find(session(), lifecycle, search, Experiments::bare), search.limit());
        return new Page<>(withTags(page.items()), page.more());
    }

    private static Experiment bare(ResultSet row) throws SQLException {
        return new Experiment(
                Long.toString(row.getLong(1)),
                row.getString(2),
                row.getString(3),
                row.getInt(4) == 0 ? Lifecycle.ACTIVE : Lifecycle.DELETED,
                Rows.millis(row.getLong(5)),
                Rows.millis(row.getLong(6)),
                Map.of());
    }

    private List<Experiment> withTags(List<Experiment> bare) {
        Map<String, Map<String, String>> tags = new HashMap<>();
        session().eachOf(
                        bare.stream().map(each -> Long.valueOf(each.id())).toList(),
                        "select experiment, name, value from experiment_tags where experiment in ",
                        "",
                        row -> tags.computeIfAbsent(Long.toString(row.getLong(1)), id -> new HashMap<>())
                                .put(row.getString(2), row.getString(3)));
        return bare.stream()
                .map(each -> new Experiment(
                        each.id(),
                        each.name(),
                        each.artifactLocation(),
                        each.lifecycle(),
                        each.createdAt(),
                        each.updatedAt(),
                        tags.getOrDefault(each.id(), Map.of())))
                .toList();
    }

    void rename(String id, String name, Instant at) {
        Experiment experiment = required(id);
        if (experiment.lifecycle() == Lifecycle.DELETED) {
            throw new KeelsonException(
                    ErrorCode.CONFLICT,
                    "The experiment (%s) is deleted and cannot be renamed.".formatted(id),
                    "Maybe restore it first.");
        }
        if (!experiment.name().equals(name)) {
            requireFree(name);
        }
        session().update(
                        "update experiments set name = ?, updated_at = ? where id = ?",
                        name,
                        Micros.of(at),
                        Long.valueOf(id));
    }

    void setLifecycle(String id, Lifecycle lifecycle, Instant at) {
        Long number = Long.valueOf(required(id).id());
        boolean deleted = lifecycle == Lifecycle.DELETED;
        session().update(
                        "update experiments set deleted = ?, updated_at = ? where id = ?",
                        deleted,
                        Micros.of(at),
                        number);
        session().update(
                        "update runs set deleted = ?, deleted_at = ? where experiment = ? and deleted <> ?",
                        deleted,
                        deleted ? Micros.of(at) : null,
                        number,
                        deleted);
    }

    void setTag(String id, String key, @Nullable String value, Instant at) {
        Long number = Long.valueOf(required(id).id());
        if (value == null) {
            session().update("delete from experiment_tags where experiment = ? and name = ?", number, key);
        } else {
            putTag(number, key, value);
        }
        session().update("update experiments set updated_at = ? where id = ?", Micros.of(at), number);
    }

    private void putTag(long id, String key, String value) {
        session().update(
                        "insert into experiment_tags (experiment, name, value) values (?, ?, ?)"
                                + " on conflict (experiment, name) do update set value = excluded.value",
                        id,
                        key,
                        value);
    }
}
