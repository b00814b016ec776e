"""The app: `streamlit run app.py`. Configures, lists the pages and runs one."""


def main() -> None:
    """Run the page that the visitor asked for."""
    # Imported here and not above: the training process imports this file once more and needs none of it.
    import streamlit as st  # noqa: PLC0415

    from mnist_demo.ui.common import components, projector, services  # noqa: PLC0415

    st.set_page_config(page_title="MNIST demo", page_icon=components.ASSETS / "icon.svg", layout="wide")
    st.html(components.ASSETS / "page.css")
    pages = [
        st.Page("mnist_demo/ui/pages/draw.py", title="Draw", icon=":material/draw:", default=True),
        st.Page("mnist_demo/ui/pages/train.py", title="Train", icon=":material/model_training:"),
        st.Page("mnist_demo/ui/pages/data.py", title="Data", icon=":material/grid_view:"),
        st.Page("mnist_demo/ui/pages/evidence.py", title="Why?", icon=":material/troubleshoot:"),
        st.Page("mnist_demo/ui/pages/mistakes.py", title="Mistakes", icon=":material/rule:"),
        st.Page("mnist_demo/ui/pages/glossary.py", title="Glossary", icon=":material/menu_book:"),
    ]
    page = st.navigation(pages, position="top")
    with st.container(key="pages", horizontal=True, gap="xxsmall"):  # on phones, where Streamlit hides its own
        for one in pages:
            st.page_link(one, width="content")
    projector.show()
    page.run()
    services.start()  # after the page: the first visitor sees it before TensorFlow takes the processor


if __name__ == "__main__":
    main()
