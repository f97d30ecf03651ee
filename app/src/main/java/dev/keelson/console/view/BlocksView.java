package dev.keelson.console.view;

import java.util.List;

/**
 * A page of sections that things can be done in.
 *
 * @param shell what every page shares
 * @param heading of the page
 * @param links where to go from here
 * @param blocks in order
 * @param live whether the page goes on changing and fetches itself again
 */
public record BlocksView(Shell shell, String heading, List<Section.Link> links, List<Block> blocks, boolean live) {

    /** A page that stays as it was asked for. */
    public BlocksView(Shell shell, String heading, List<Section.Link> links, List<Block> blocks) {
        this(shell, heading, links, blocks, false);
    }

    /** Copies the lists. */
    public BlocksView {
        links = List.copyOf(links);
        blocks = List.copyOf(blocks);
    }
}
