"""The app: `streamlit run app.py`. Configures, lists the pages and runs one; and what the server has beside them."""

from contextlib import nullcontext


def main() -> None:
    """Run the page that the visitor asked for."""
    # Imported here and not above: the training process imports this file once more and needs none of it.
    import streamlit as st  # noqa: PLC0415

    from mnist_demo.classroom.current import current  # noqa: PLC0415
    from mnist_demo.ui.common import components, projector, services  # noqa: PLC0415
    from mnist_demo.ui.draw import state  # noqa: PLC0415
    from mnist_demo.ui.page_runs import presses  # noqa: PLC0415
    from mnist_demo.ui.roles import announcing, roles  # noqa: PLC0415

    st.set_page_config(page_title="MNIST demo", page_icon=components.ASSETS / "icon.svg", layout="wide")
    st.html(components.ASSETS / "page.css")
    folder = "mnist_demo/ui/pages"
    pages = {
        "": [
            st.Page(f"{folder}/draw.py", title="Draw", icon=":material/draw:", default=True),
            st.Page(f"{folder}/train.py", title="Train", icon=":material/model_training:"),
            st.Page(f"{folder}/data.py", title="Data", icon=":material/grid_view:"),
            st.Page(f"{folder}/class_.py", title="Class", icon=":material/groups:", url_path=announcing.CLASS_PAGE),
        ],
        "Look inside": [
            st.Page(f"{folder}/evidence.py", title="Why?", icon=":material/troubleshoot:"),
            st.Page(f"{folder}/mistakes.py", title="Mistakes", icon=":material/rule:"),
            st.Page(f"{folder}/map.py", title="Map", icon=":material/scatter_plot:"),
            st.Page(f"{folder}/break_it.py", title="Break it", icon=":material/broken_image:"),
        ],
        "Learn": [
            st.Page(f"{folder}/lesson.py", title="Lesson", icon=":material/school:"),
            st.Page(f"{folder}/glossary.py", title="Glossary", icon=":material/menu_book:"),
        ],
    }
    page = st.navigation(pages, position="top")
    with st.container(key="pages", horizontal=True, gap="xxsmall"):  # on phones, where Streamlit hides its own
        for section, listed in pages.items():
            # Of each page its own, so that it is closed again where somebody went on.
            key = f"pages_{section}_{page.url_path}"
            with st.popover(section, type="tertiary", key=key) if section else nullcontext():
                for one in listed:
                    st.page_link(one, width="content")
    projector.show()
    if page.url_path == announcing.CLASS_PAGE or current.is_class_open():
        roles.recognise()
    state.note_page(page.url_path)
    page.run()
    presses.forget()
    services.start()  # after the page: the first visitor sees it before TensorFlow takes the processor
    # A look at the session ends this run where the visitor has pressed something meanwhile. Else Streamlit would let it
    # take away the fragments of the run that came after it, and those would never run again.
    services.visitor()


if __name__ == "__main__":
    main()
elif __name__ != "__mp_main__":  # the server imports this file once, and finds here what it serves; see st.App
    import streamlit as st
    from streamlit import config

    from mnist_demo.ui.answers.route import LiveAnswers
    from mnist_demo.ui.page_runs import messages
    from mnist_demo.ui.roles import announcing

    messages.keep_unsent()
    routes = [LiveAnswers().route(config.get_option("server.baseUrlPath"))]
    app = st.App(__file__, routes=routes, lifespan=announcing.at_start)
