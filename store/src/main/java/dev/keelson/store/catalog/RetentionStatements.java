package dev.keelson.store.catalog;

import dev.keelson.frame.Micros;
import dev.keelson.registry.spi.RetentionTransaction;
import dev.keelson.registry.tracking.Detail;
import dev.keelson.registry.tracking.Experiment;
import dev.keelson.registry.tracking.RunInfo;
import dev.keelson.registry.tracking.TrackedRun;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What can be removed for good, and all texts of the catalogue that might speak of it. */
final class RetentionStatements implements RetentionTransaction {
    private static final String SCHEME = "mlflow-artifacts:/";
    private static final int RUNS_AT_ONCE = 512;

    private final CatalogStatements open;
    private final TrackingStatements tracking;
    private final FilesStatements files;

    RetentionStatements(CatalogStatements open, TrackingStatements tracking, FilesStatements files) {
        this.open = open;
        this.tracking = tracking;
        this.files = files;
    }

    private CatalogSession session() {
        return open.session();
    }

    @Override
    public List<RunInfo> deletedRuns(Instant before) {
        List<String> ids = session().list(
                        "select id from runs where deleted = 1 and deleted_at < ? order by deleted_at, id",
                        row -> row.getString(1),
                        Micros.of(before));
        return tracking.runs(ids, Detail.NONE).stream().map(TrackedRun::info).toList();
    }

    @Override
    public List<Experiment> deletedExperiments(Instant before) {
        return session()
                .list(
                        "select id from experiments where deleted = 1 and updated_at < ? and id <> 0 order by id",
                        row -> Long.toString(row.getLong(1)),
                        Micros.of(before))
                .stream()
                .flatMap(id -> tracking.experiment(id).stream())
                .toList();
    }

    @Override
    public void models(TextReader reader) {
        text(
                reader,
                Referrer.VERSION,
                "select model || ' v' || version, source, run_id, run_link, model_id, sha256, description from model_versions");
        text(reader, Referrer.VERSION, "select model || ' v' || version, value from model_version_tags");
        text(reader, Referrer.VERSION, "select name, description from registered_models");
        text(reader, Referrer.VERSION, "select model, value from registered_model_tags");
        text(reader, Referrer.LOGGED_MODEL, "select id, artifact_uri, source_run, name from logged_models");
        text(reader, Referrer.LOGGED_MODEL, "select model, value from logged_model_params");
        text(reader, Referrer.LOGGED_MODEL, "select model, value from logged_model_tags");
        text(
                reader,
                Referrer.LOGGED_MODEL,
                "select distinct p.model, r.id from model_points p join logged_models l on l.id = p.model"
                        + " join runs r on r.seq = p.run");
        text(
                reader,
                Referrer.LOGGED_MODEL,
                "select o.model_id, r.id from run_model_outputs o join logged_models l on l.id = o.model_id"
                        + " join runs r on r.seq = o.run");
    }

    @Override
    public void others(Set<String> without, TextReader reader) {
        text(reader, Referrer.AUDIT, "select sequence, reason, case when action = 'delete' then '' else evidence end from audit");
        text(reader, Referrer.REPORT, "select id, subject, document from reports");
        text(reader, Referrer.STEP, "select name, output from steps");
        text(reader, Referrer.DEFINITION, "select name, text from definitions");
        text(reader, Referrer.OUTBOX, "select sequence, subject, document from outbox");
        text(reader, Referrer.OUTBOX, "select id, subject, document, here, there from registry_conflicts");
        text(reader, Referrer.EXPERIMENT, "select name, artifact_location from experiments where deleted = 0");
        text(
                reader,
                Referrer.EXPERIMENT,
                "select e.name, t.value from experiment_tags t join experiments e on e.id = t.experiment where e.deleted = 0");
        List<String> staying = new ArrayList<>(RUNS_AT_ONCE);
        for (String id : session().list("select id from runs", row -> row.getString(1))) {
            if (!without.contains(id)) {
                staying.add(id);
                if (staying.size() == RUNS_AT_ONCE) {
                    runs(staying, reader);
                    staying.clear();
                }
            }
        }
        runs(staying, reader);
    }

    @Override
    public void runs(Collection<String> ids, TextReader reader) {
        for (String from : List.of(
                "select r.id, r.provenance, r.artifact_uri, r.name from runs r where r.id in ",
                "select r.id, p.value from run_params p join runs r on r.seq = p.run where r.id in ",
                "select r.id, t.value from run_tags t join runs r on r.seq = t.run where r.id in ",
                "select r.id, m.model_id from run_model_inputs m join runs r on r.seq = m.run where r.id in ",
                "select r.id, d.source, d.schema, d.profile from run_inputs i join datasets d on d.id = i.dataset"
                        + " join runs r on r.seq = i.run where r.id in ")) {
            session().eachOf(ids, from, "", row -> tell(reader, Referrer.RUN, row));
        }
    }

    private void text(TextReader reader, Referrer referrer, String sql) {
        session().each(sql, row -> tell(reader, referrer, row));
    }

    private static void tell(TextReader reader, Referrer referrer, ResultSet row) throws SQLException {
        String what = row.getString(1);
        for (int column = 2; column <= row.getMetaData().getColumnCount(); column++) {
            String text = row.getString(column);
            if (text != null && !text.isEmpty()) {
                reader.read(referrer, what, text);
            }
        }
    }

    @Override
    public boolean removeRun(String id, Instant before) {
        Long seq = session().number(
                        "select seq from runs where id = ? and deleted = 1 and deleted_at < ?", id, Micros.of(before));
        if (seq == null) {
            return false;
        }
        String folder = folder(tracking.runInfo(id).orElseThrow());
        files.deleteOf(seq);
        if (!folder.isEmpty()) {
            files.delete(folder);
        }
        List<Long> datasets =
                session().list("select dataset from run_inputs where run = ?", row -> row.getLong(1), seq);
        session().update("delete from runs where seq = ?", seq); // cascades to all that belongs to it
        for (Long dataset : datasets) {
            session().update(
                            "delete from datasets where id = ? and not exists (select 1 from run_inputs where dataset = ?)",
                            dataset,
                            dataset);
        }
        return true;
    }

    /** The folder of a run in the tree of files, or the empty text when it is elsewhere. */
    private static String folder(RunInfo run) {
        String uri = run.artifactUri();
        String end = "/" + run.id() + TrackingStatements.ARTIFACTS;
        if (!uri.startsWith(SCHEME) || !uri.endsWith(end)) {
            return "";
        }
        return uri.substring(SCHEME.length(), uri.length() - TrackingStatements.ARTIFACTS.length())
                .replaceFirst("^/+", "");
    }

    @Override
    public @Nullable String holds(String experimentId, Set<String> without) {
        Long number = Long.valueOf(experimentId);
        List<String> runs =
                session().list("select id from runs where experiment = ? order by seq", row -> row.getString(1), number);
        for (String run : runs) {
            if (!without.contains(run)) {
                return "its run " + run;
            }
        }
        String model = session().first(
                        "select id from logged_models where experiment = ? limit 1", row -> row.getString(1), number)
                .orElse(null);
        if (model != null) {
            return "its logged model " + model;
        }
        // '0' is the character after '/': between them is all that begins with the id and a slash
        for (String folder : session().list(
                        "select distinct folder from files where sha256 is not null and (folder = ? or (folder > ? and folder < ?))",
                        row -> row.getString(1),
                        experimentId,
                        experimentId + "/",
                        experimentId + "0")) {
            String[] parts = folder.split("/", 3);
            if (parts.length < 2 || !without.contains(parts[1])) {
                return "its files in " + folder;
            }
        }
        return null;
    }

    @Override
    public boolean removeExperiment(String id, Instant before) {
        return holds(id, Set.of()) == null
                && session().update(
                                "delete from experiments where id = ? and id <> 0 and deleted = 1 and updated_at < ?",
                                Long.valueOf(id),
                                Micros.of(before))
                        > 0;
    }
}
