package dev.keelson.learn.ensemble;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.id.CanonicalJson;
import dev.keelson.learn.EnsembleModel.Member;
import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.Model;
import dev.keelson.learn.Task;
import dev.keelson.learn.explain.Explainer;
import dev.keelson.learn.explain.MarginScale;
import dev.keelson.learn.explain.SumExplainer;
import dev.keelson.learn.spi.ModelFiles;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Members and what combines them. Saved as {@code ensemble.json} and a folder for each member. */
final class CombinedModel implements Model {
    private final List<Member> members;
    private final Combination combination;
    private final Evidence evidence;
    private final int outputs;

    /**
     * What the combination was fitted on.
     *
     * @param rows out-of-fold predictions of each member; 0 when nothing was fitted
     * @param rounds rounds that were kept, of a greedy selection; otherwise 0
     */
    record Evidence(int rows, int rounds) {
        static final Evidence NONE = new Evidence(0, 0);
    }

    /** @param members at least one; all read the same features and tell the same */
    CombinedModel(List<Member> members, Combination combination, Evidence evidence) {
        this.members = List.copyOf(members);
        this.combination = combination;
        this.evidence = evidence;
        Model first = members.getFirst().model();
        for (Member member : members) {
            if (!member.model().features().equals(first.features())
                    || !member.model().task().equals(first.task())) {
                throw new IllegalArgumentException("The members %s and %s differ in features or in what they tell."
                        .formatted(members.getFirst().learner(), member.learner()));
            }
        }
        double[] shares = combination.shares();
        double sum = 0;
        for (double share : shares) {
            sum += share >= 0 ? share : Double.NaN;
        }
        boolean weighted = !(combination instanceof Combination.Stack);
        if (shares.length != members.size() || (weighted && !(Math.abs(sum - 1) <= 1e-9))) {
            throw new IllegalArgumentException("The %d weights of %d members must be at least 0 and sum to 1."
                    .formatted(shares.length, members.size()));
        }
        this.outputs = first.outputs().size();
    }

    @Override
    public String format() {
        return EnsembleCodec.FORMAT;
    }

    @Override
    public List<String> features() {
        return members.getFirst().model().features();
    }

    @Override
    public Task task() {
        return members.getFirst().model().task();
    }

    @Override
    public void predict(double[] row, double[] out) {
        FeatureMatrix.requireRow(row, features());
        double[] told = new double[members.size() * outputs];
        double[] one = new double[outputs];
        for (int m = 0; m < members.size(); m++) {
            members.get(m).model().predict(row, one);
            System.arraycopy(one, 0, told, m * outputs, outputs);
        }
        combination.apply(told, out);
    }

    /** {@inheritDoc} Member by member, to the same bits as one by one. */
    @Override
    public double[] predictAll(FeatureMatrix rows) {
        List<double[]> byMember =
                members.stream().map(member -> member.model().predictAll(rows)).toList();
        double[] all = new double[Math.multiplyExact(rows.rows(), outputs)];
        double[] told = new double[members.size() * outputs];
        double[] out = new double[outputs];
        for (int i = 0; i < rows.rows(); i++) {
            for (int m = 0; m < byMember.size(); m++) {
                System.arraycopy(byMember.get(m), i * outputs, told, m * outputs, outputs);
            }
            combination.apply(told, out);
            System.arraycopy(out, 0, all, i * outputs, outputs);
        }
        return all;
    }

    @Override
    public List<Model> parts() {
        return members.stream().map(Member::model).toList();
    }

    /** Importance of the members, averaged by their shares in the combination. */
    @Override
    public double[] importance() {
        double[] importance = new double[features().size()];
        double[] shares = combination.shares();
        double total = 0;
        for (int m = 0; m < shares.length; m++) {
            double[] own = members.get(m).model().importance();
            for (int j = 0; j < importance.length; j++) {
                importance[j] += shares[m] * own[j];
                total += shares[m] * own[j];
            }
        }
        for (int j = 0; j < importance.length && total > 0; j++) { // constant members have no importance
            importance[j] /= total;
        }
        return importance;
    }

    @Override
    public @Nullable Explainer explainer() {
        List<@Nullable Explainer> explainers = new ArrayList<>();
        members.forEach(member -> explainers.add(member.model().explainer()));
        return switch (combination) {
            case Combination.Mean(double[] weights) ->
                SumExplainer.of(explainers, weights, List.of(MarginScale.VALUE, MarginScale.PROBABILITY));
            case Combination.Votes _ -> null;
            case Combination.Stack(Model meta, _) -> SumExplainer.stacked(explainers, meta.explainer());
        };
    }

    @Override
    public Map<String, byte[]> save() {
        SortedMap<String, byte[]> files = new TreeMap<>();
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("format_version", EnsembleCodec.VERSION);
        json.put("combine", combination.key());
        json.put("out_of_fold_rows", evidence.rows());
        json.put("rounds", evidence.rounds());
        ArrayNode entries = json.putArray("members");
        for (int m = 0; m < members.size(); m++) {
            Member member = members.get(m);
            ObjectNode entry = entries.addObject();
            entry.put("learner", member.learner());
            entry.put("format", member.model().format());
            switch (combination) {
                case Combination.Mean(double[] weights) -> entry.put("weight", weights[m]);
                case Combination.Votes(double[] weights) -> entry.put("weight", weights[m]);
                case Combination.Stack _ -> {
                    // the upper model has coefficients
                }
            }
            ModelFiles.put(files, EnsembleCodec.folder(m, member.learner()), member.model());
        }
        if (combination instanceof Combination.Stack(Model meta, _)) {
            json.put("meta", meta.format());
            ModelFiles.put(files, EnsembleCodec.META, meta);
        }
        files.put(EnsembleCodec.FILE, CanonicalJson.write(json).getBytes(StandardCharsets.UTF_8));
        return files;
    }
}
