package dev.keelson.learn.tree;

import dev.keelson.learn.Task;
import dev.keelson.learn.explain.Explainer;
import dev.keelson.learn.explain.MarginScale;
import java.util.List;

/** {@link TreeShap} of a tree model, with the names and the scale of its margins. */
final class TreeExplainer implements Explainer {
    private final TreeShap shap;
    private final int features;
    private final List<String> margins;
    private final MarginScale scale;

    TreeExplainer(TreeEnsemble trees, Task task) {
        this.shap = new TreeShap(trees);
        this.features = trees.features();
        List<String> outputs = task.outputs();
        this.margins = trees.link().doubles() ? outputs.subList(1, 2) : outputs;
        this.scale = switch (trees.link()) {
            case LOGISTIC -> MarginScale.LOG_ODDS;
            case SOFTMAX -> MarginScale.SCORES;
            case IDENTITY -> MarginScale.VALUE;
            case SHARES, SHARE -> MarginScale.PROBABILITY;
        };
    }

    @Override
    public List<String> margins() {
        return margins;
    }

    @Override
    public MarginScale scale() {
        return scale;
    }

    @Override
    public String method() {
        return "tree_shap";
    }

    @Override
    public int features() {
        return features;
    }

    @Override
    public void explain(double[] row, double[] out) {
        shap.explain(row, out);
    }
}
