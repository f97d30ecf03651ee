package dev.keelson.project;

import dev.keelson.control.PromotionPolicyDefinition;
import dev.keelson.control.ScheduleDefinition;
import dev.keelson.data.SourceDefinition;
import dev.keelson.features.FeatureViewDefinition;
import dev.keelson.features.SqlViewDefinition;
import dev.keelson.monitor.DecayMonitorDefinition;
import dev.keelson.monitor.DriftMonitorDefinition;
import dev.keelson.train.ModelDefinition;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A validated project: every reference in it leads somewhere, and every expression is well typed. Immutable.
 *
 * @param folder the folder of the project file, absolute
 * @param file the project file, absolute
 * @param name its name
 * @param zone default zone
 * @param sources sources in the order of the file
 * @param entities entity name to the name of its key
 * @param views feature views of folds
 * @param sqlViews feature views of queries
 * @param models models, {@code extends} resolved
 * @param drift drift monitors
 * @param decay performance monitors
 * @param promotion promotion policies
 * @param schedules jobs
 */
public record Project(
        Path folder,
        Path file,
        String name,
        ZoneId zone,
        List<SourceDefinition> sources,
        Map<String, String> entities,
        List<FeatureViewDefinition> views,
        List<SqlViewDefinition> sqlViews,
        List<ModelDefinition> models,
        List<DriftMonitorDefinition> drift,
        List<DecayMonitorDefinition> decay,
        List<PromotionPolicyDefinition> promotion,
        List<ScheduleDefinition> schedules) {
    public Project {
        sources = List.copyOf(sources);
        entities = Collections.unmodifiableMap(new LinkedHashMap<>(entities));
        views = List.copyOf(views);
        sqlViews = List.copyOf(sqlViews);
        models = List.copyOf(models);
        drift = List.copyOf(drift);
        decay = List.copyOf(decay);
        promotion = List.copyOf(promotion);
        schedules = List.copyOf(schedules);
    }
}
