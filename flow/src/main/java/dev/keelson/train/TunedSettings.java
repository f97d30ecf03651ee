package dev.keelson.train;

import dev.keelson.train.ModelDefinition.LearnerDefinition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Settings under the names that a search gives them: those of a single learner as they are, those of a member of several as
 * {@code member.setting}. The second member of one name is {@code member_2}, and so on.
 */
public final class TunedSettings {
    private TunedSettings() {}

    /**
     * The learners whose settings may be searched, by the prefix of their names.
     *
     * @return a single learner under the empty text; otherwise each member under its name
     */
    public static Map<String, LearnerDefinition> members(List<LearnerDefinition> learners) {
        Map<String, LearnerDefinition> members = new LinkedHashMap<>();
        if (learners.size() == 1 && learners.getFirst().members().isEmpty()) {
            members.put("", learners.getFirst());
            return members;
        }
        List<LearnerDefinition> all = learners.size() == 1 ? learners.getFirst().members() : learners;
        for (int m = 0; m < all.size(); m++) {
            members.put(name(all, m), all.get(m));
        }
        return members;
    }

    /** The model with other settings; those that are not named stay as they are. */
    public static ModelDefinition apply(ModelDefinition model, Map<String, Object> values) {
        List<LearnerDefinition> learners = model.learners();
        List<LearnerDefinition> tuned = new ArrayList<>();
        if (learners.size() == 1 && !learners.getFirst().members().isEmpty()) {
            LearnerDefinition composed = learners.getFirst();
            tuned.add(new LearnerDefinition(composed.name(), composed.settings(), each(composed.members(), values, true)));
        } else {
            tuned.addAll(each(learners, values, learners.size() > 1));
        }
        return model.withLearners(tuned);
    }

    private static List<LearnerDefinition> each(
            List<LearnerDefinition> learners, Map<String, Object> values, boolean prefixed) {
        List<LearnerDefinition> tuned = new ArrayList<>();
        for (int m = 0; m < learners.size(); m++) {
            LearnerDefinition learner = learners.get(m);
            String prefix = prefixed ? name(learners, m) + "." : "";
            Map<String, Object> settings = new TreeMap<>(learner.settings());
            values.forEach((name, value) -> {
                if (prefixed ? name.startsWith(prefix) : name.indexOf('.') < 0) {
                    settings.put(name.substring(prefix.length()), value);
                }
            });
            tuned.add(new LearnerDefinition(learner.name(), settings, learner.members()));
        }
        return tuned;
    }

    private static String name(List<LearnerDefinition> learners, int m) {
        String name = learners.get(m).name();
        long before = learners.subList(0, m).stream()
                .filter(other -> other.name().equals(name))
                .count();
        return before == 0 ? name : name + "_" + (before + 1);
    }
}
