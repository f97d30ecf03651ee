package dev.keelson.wiring;

import dev.keelson.train.ModelDefinition.LearnerDefinition;
import dev.keelson.train.ModelDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The learners of a model as they stand in a project file. */
final class LearnerYaml {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z][A-Za-z0-9_]*");

    private LearnerYaml() {}

    /** The block to paste. */
    static String of(ModelDefinition model) {
        StringBuilder text = new StringBuilder("models:\n  ").append(model.name()).append(":\n    learner:");
        List<LearnerDefinition> learners = model.learners();
        if (learners.size() > 1) {
            text.append("\n      ensemble:\n");
            members(text, learners, "        ");
        } else if (learners.getFirst().members().isEmpty()) {
            text.append(" { ").append(single(learners.getFirst())).append(" }\n");
        } else {
            LearnerDefinition composed = learners.getFirst();
            text.append("\n      ").append(composed.name()).append(":\n");
            composed.settings().forEach((name, value) -> text.append("        ")
                    .append(name)
                    .append(": ")
                    .append(name.equals("weights") ? "[" + value + "]" : value(value))
                    .append('\n'));
            text.append("        members:\n");
            members(text, composed.members(), "          ");
        }
        return text.toString();
    }

    private static void members(StringBuilder text, List<LearnerDefinition> members, String indent) {
        members.forEach(member ->
                text.append(indent).append("- ").append(member.settings().isEmpty() ? member.name() : "{ " + single(member) + " }").append('\n'));
    }

    private static String single(LearnerDefinition learner) {
        List<String> settings = new ArrayList<>();
        learner.settings().forEach((name, value) -> settings.add(name + ": " + value(value)));
        return learner.name() + ": { " + String.join(", ", settings) + " }";
    }

    private static String value(Object value) {
        String text = value.toString();
        boolean quoted = value instanceof String
                && (!PLAIN.matcher(text).matches() || List.of("true", "false", "null", "yes", "no", "on", "off").contains(text));
        return quoted ? "'" + text.replace("'", "''") + "'" : text;
    }
}
